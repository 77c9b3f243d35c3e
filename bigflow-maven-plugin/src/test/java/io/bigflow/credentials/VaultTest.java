// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.javanet.NetHttpTransport;
import io.bigflow.credentials.vault.VaultSettings.Server;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeVault;
import io.bigflow.fakes.ProxyLogins;
import io.bigflow.fakes.TestCertificates;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens from Vault, over HTTPS with a private authority. */
final class VaultTest {

  private static final String PATH = "gcp/roleset/deployer/token";
  private static final String TOKEN = "hvs.token-of-ci";

  private final FakeVault vault = FakeVault.start();
  private final AtomicInteger given = new AtomicInteger();
  private final Map<String, String> parameters = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Server> servers = new HashMap<>();
  private ProxySelector proxies = ProxySelector.of(null);
  private @TempDir Path home;

  @BeforeEach
  void configure() {
    parameters.put("bigflow.authMethod", "vault");
    parameters.put("bigflow.vault.endpoint", vault.address() + "/v1/" + PATH);
    parameters.put("bigflow.vault.caCertificate", TestCertificates.get().authorityPem().toString());
    vault.secret(
        PATH,
        () -> "{\"token\":\"ya29.vault-" + given.incrementAndGet() + "\",\"token_ttl\":3599}");
  }

  @AfterEach
  void close() {
    ProxyLogins.forget();
    vault.close();
  }

  // ---- logins

  @Test
  void theTokenOfTheEnvironmentIsSentAndTheAnswerUsed() {
    vault.token(TOKEN);
    environment.put("VAULT_TOKEN", TOKEN);

    CredentialSource source = source();

    assertThat(source.accessToken()).isEqualTo("ya29.vault-1");
    assertThat(source.accessToken()).as("kept").isEqualTo("ya29.vault-1");
    assertThat(vault.requests()).containsExactly(new FakeVault.Request("GET", PATH, TOKEN, "", ""));
    assertThat(source.name()).isEqualTo("Vault at '" + vault.authority() + "'");
    assertThat(source.member()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"AUTHORITY", "127.0.0.1"})
  void theTokenOfSettingsGoesBeforeTheVariable(String id) {
    vault.token(TOKEN);
    environment.put("VAULT_TOKEN", "hvs.for-another-vault");
    servers.put(id.replace("AUTHORITY", vault.authority()), new Server("", TOKEN));

    assertThat(source().accessToken()).isEqualTo("ya29.vault-1");
  }

  @Test
  void aServerCanBeNamed() {
    vault.token(TOKEN);
    parameters.put("bigflow.vault.server", "our-vault");
    servers.put("our-vault", new Server("", TOKEN));

    assertThat(source().accessToken()).isEqualTo("ya29.vault-1");
  }

  @Test
  void anAppRoleLogsInOnceWhileItsTokenLasts() {
    vault.login("approle", "role_id", "my-role", "secret_id", "my-secret");
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");
    CredentialSource source = source();

    assertThat(source.accessToken()).isEqualTo("ya29.vault-1");
    refresh(source);

    assertThat(source.accessToken()).isEqualTo("ya29.vault-2");
    assertThat(vault.requests())
        .extracting(FakeVault.Request::toString)
        .containsExactly("POST auth/approle/login", "GET " + PATH, "GET " + PATH);
  }

  @Test
  void anAppRoleMayStandInSettings() {
    vault.login("teams/ci", "role_id", "my-role", "secret_id", "my-secret");
    parameters.put("bigflow.vault.login", "approle");
    parameters.put("bigflow.vault.mount", "auth/teams/ci/");
    servers.put("127.0.0.1", new Server("my-role", "my-secret"));

    assertThat(source().accessToken()).isEqualTo("ya29.vault-1");
  }

  @Test
  void aTokenOfVaultThatHasExpiredIsReplacedByANewLogin() {
    // A lease that is over at once, because some seconds before its end count as over.
    vault.login("approle", "role_id", "my-role", "secret_id", "my-secret").lease(1);
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");
    CredentialSource source = source();

    assertThat(source.accessToken()).isEqualTo("ya29.vault-1");
    refresh(source);

    assertThat(vault.requests())
        .extracting(FakeVault.Request::toString)
        .containsExactly(
            "POST auth/approle/login", "GET " + PATH, "POST auth/approle/login", "GET " + PATH);
  }

  @Test
  void aTokenOfVaultThatWasRevokedIsReplacedByANewLogin() {
    vault.login("approle", "role_id", "my-role", "secret_id", "my-secret");
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");
    CredentialSource source = source();
    assertThat(source.accessToken()).isEqualTo("ya29.vault-1");

    vault.revokeAll();
    refresh(source);

    assertThat(source.accessToken()).isEqualTo("ya29.vault-2");
  }

  @Test
  void aJwtOfAVariableLogsIn() {
    vault.login("jwt", "role", "deployer", "jwt", "e30.e30.x");
    parameters.put("bigflow.vault.login", "jwt");
    parameters.put("bigflow.vault.role", "deployer");
    environment.put("VAULT_ID_TOKEN", "e30.e30.x");

    assertThat(source().accessToken()).isEqualTo("ya29.vault-1");
  }

  @Test
  void aJwtOfAFileIsReadAtEachLogin() throws IOException {
    Path file = Files.writeString(home.resolve("jwt"), "e30.e30.first\n");
    vault.login("kubernetes", "role", "deployer", "jwt", "e30.e30.first").lease(1);
    parameters.put("bigflow.vault.login", "kubernetes");
    parameters.put("bigflow.vault.role", "deployer");
    parameters.put("bigflow.vault.jwtFile", "jwt");
    CredentialSource source = source();
    assertThat(source.accessToken()).isEqualTo("ya29.vault-1");

    Files.writeString(file, "e30.e30.second\n");
    vault.login("kubernetes", "role", "deployer", "jwt", "e30.e30.second");
    refresh(source);

    assertThat(source.accessToken()).isEqualTo("ya29.vault-2");
  }

  @Test
  void theNamespaceGoesWithEachRequest() {
    vault.login("approle", "role_id", "my-role", "secret_id", "my-secret");
    parameters.put("bigflow.vault.login", "approle");
    parameters.put("bigflow.vault.namespace", "teams/data");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");

    assertThat(source().accessToken()).isNotEmpty();

    assertThat(vault.requests())
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.namespace()).isEqualTo("teams/data"));
  }

  @Test
  void aSecretThatDoesNotSayHowLongItLastsIsUsed() {
    vault.token(TOKEN).secret(PATH, () -> "{\"token\":\"ya29.from-kv\"}");
    environment.put("VAULT_TOKEN", TOKEN);

    assertThat(source().accessToken()).isEqualTo("ya29.from-kv");
  }

  @Test
  void impersonationWorksOnTopOfIt() throws IOException {
    try (FakeGoogle google = FakeGoogle.start()) {
      String account = "deployer@my-project.iam.gserviceaccount.com";
      google.grant("serviceAccount:vault@p.iam.gserviceaccount.com", account);
      String token = google.issue("serviceAccount:vault@p.iam.gserviceaccount.com");
      vault.token(TOKEN).secret(PATH, () -> "{\"token\":\"" + token + "\",\"token_ttl\":3599}");
      environment.put("VAULT_TOKEN", TOKEN);
      parameters.put("bigflow.impersonateServiceAccount", account);

      String impersonated = source(TestMachine.of(google, home, environment)).accessToken();

      assertThat(google.tokens()).contains(impersonated);
      assertThat(impersonated).isNotEqualTo(token);
    }
  }

  // ---- what is refused

  @Test
  void aTokenThatVaultDoesNotKnowIsSaid() {
    environment.put("VAULT_TOKEN", "hvs.wrong");

    assertThatThrownBy(source()::accessToken)
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot get an access token from the Vault at '%s': Vault does not accept the token of \
            the variable VAULT_TOKEN (403).
              where: credentials: Vault at '%s'
              fix:   It has expired, or is for another Vault or namespace: log in again with vault \
            login.
              more:  docs/troubleshooting.md#vault-denied"""
                .formatted(vault.authority(), vault.authority()))
        .hasNoCause();
  }

  @Test
  void aPolicyThatIsTooNarrowIsSaidWithTheLine() {
    vault.powerlessToken(TOKEN);
    environment.put("VAULT_TOKEN", TOKEN);

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": the token of the variable VAULT_TOKEN may not read 'gcp/roleset/deployer/token'"
                + " (403).")
        .hasMessageContaining(
            "Let an operator add to its policy: path \"gcp/roleset/deployer/token\" { capabilities"
                + " = [\"read\"] }.")
        .hasMessageContaining("#vault-denied");
  }

  @Test
  void anAppRoleThatIsRefusedIsSaid() {
    vault.login("approle", "role_id", "my-role", "secret_id", "my-secret");
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "old-secret");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": Vault does not accept the role id and secret id of the variables VAULT_ROLE_ID and"
                + " VAULT_SECRET_ID (400).")
        .hasMessageContaining("vault write -f auth/approle/role/NAME/secret-id.")
        .hasMessageContaining("#vault-denied");
  }

  @Test
  void aJwtThatIsRefusedIsSaid() {
    vault.login("jwt", "role", "deployer", "jwt", "e30.e30.x");
    parameters.put("bigflow.vault.login", "jwt");
    parameters.put("bigflow.vault.role", "deployer");
    environment.put("VAULT_ID_TOKEN", "e30.e30.other");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": Vault does not accept the JWT of the variable VAULT_ID_TOKEN for the role"
                + " 'deployer' (400).")
        .hasMessageContaining(
            "Compare the claims of the JWT with: vault read auth/jwt/role/deployer.");
  }

  @Test
  void aMountThatIsNotThereIsSaid() {
    parameters.put("bigflow.vault.login", "approle");
    parameters.put("bigflow.vault.mount", "elsewhere");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": Vault does not accept the role id and secret id of the variables VAULT_ROLE_ID and"
                + " VAULT_SECRET_ID at 'auth/elsewhere' (403).")
        .hasMessageContaining(
            "Compare bigflow.vault.mount with: vault auth list. If it is there: Make a new secret"
                + " id: vault write -f auth/elsewhere/role/NAME/secret-id.")
        .hasMessageContaining("#vault-denied");
  }

  @Test
  void anAddressThatHasNoLoginIsSaid() {
    vault.answering("auth/approle/login", 404, "{\"errors\":[\"PRIVATE-KEY\"]}");
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");
    environment.put("VAULT_SECRET_ID", "my-secret");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(": there is no login at 'auth/approle' (404).")
        .hasMessageContaining("Set bigflow.vault.mount to what this prints")
        .hasMessageContaining("#vault-missing");
  }

  @Test
  void aSecretThatIsNotThereIsSaid() {
    vault.token(TOKEN);
    environment.put("VAULT_TOKEN", TOKEN);
    String endpoint = vault.address() + "/v1/gcp/other";
    parameters.put("bigflow.vault.endpoint", endpoint);

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(": there is nothing at '" + endpoint + "' (404).")
        .hasMessageContaining("Compare bigflow.vault.endpoint with: vault secrets list.")
        .hasMessageContaining("#vault-missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"private_key\":\"PRIVATE-KEY\"} | the answer has no 'data.token'. | gcp/roleset/NAME/token",
        "{\"data\":{\"token\":\"PRIVATE-KEY\"}} | the answer has no 'data.token', but"
            + " 'data.data.token'. | kv version 2",
        "{\"token\":\"PRIVATE KEY\"} | the answer has no 'data.token'. | gcp/roleset/NAME/token",
        "{\"token\":\"PRIVATE-KEY\",\"expires_at_seconds\":1600000000} | the token in Vault has"
            + " expired. | which makes one when it is asked",
      })
  void anAnswerWithoutATokenIsSaid(String data, String reason, String fix) {
    vault.token(TOKEN).secret(PATH, () -> data);
    environment.put("VAULT_TOKEN", TOKEN);

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining("': " + reason)
        .hasMessageContaining(fix)
        .hasMessageEndingWith("#vault-missing")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE"));
  }

  @Test
  void aSealedVaultIsSaidAfterSomeAttempts() {
    vault.answering(PATH, 503, "{\"errors\":[\"Vault is sealed: PRIVATE-KEY\"]}");
    environment.put("VAULT_TOKEN", TOKEN);

    assertThatThrownBy(source()::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the Vault at '%s': Vault is sealed or not ready (503).
              where: credentials: Vault at '%s'
              fix:   Let its operators unseal it (vault status tells more), then run the same \
            command again.
              more:  docs/troubleshooting.md#vault-unreachable"""
                .formatted(vault.authority(), vault.authority()));
    assertThat(vault.requests()).hasSize(3);
  }

  @Test
  void aRedirectIsNotFollowed() throws IOException {
    try (FakeVault other = FakeVault.start().token(TOKEN).secret(PATH, () -> "{}")) {
      vault.redirecting(PATH, other.address() + "/v1/" + PATH + "?x=PRIVATE-KEY");
      environment.put("VAULT_TOKEN", TOKEN);

      assertThatThrownBy(source()::accessToken)
          .hasMessageContaining(
              ": Vault redirects to '" + other.address() + "' (307), where no token is sent.")
          .hasMessageContaining("Write the address of the active server")
          .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"));
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedIsSaid() {
    environment.put("VAULT_TOKEN", TOKEN);
    parameters.remove("bigflow.vault.caCertificate");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(": the certificate of '" + vault.authority() + "' is not trusted.")
        .hasMessageContaining(
            "Name the PEM file of the authority that signed it with bigflow.vault.caCertificate.")
        .hasMessageContaining("#certificate-not-trusted");
    assertThat(vault.requests()).isEmpty();
  }

  @Test
  void aVaultThatIsNotThereIsSaid() {
    environment.put("VAULT_TOKEN", TOKEN);
    vault.close();

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(": '" + vault.authority() + "' accepts no connection.")
        .hasMessageContaining("Check bigflow.vault.endpoint, the network and the <proxies>")
        .hasMessageContaining("#vault-unreachable");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''  | asks for a login, and there is none for it (407). | Add <username> and <password> to",
        "bad | does not accept the login that it was sent (407). | Correct <username> and <password> of"
      })
  void aProxyThatAsksForALoginIsSaid(String password, String reason, String fix) {
    try (FakeGoogle proxy = FakeGoogle.start().requiringProxyLogin("builder", "s3cret")) {
      ProxyLogins.know(proxy, "builder", password);
      environment.put("VAULT_TOKEN", TOKEN);
      parameters.put("bigflow.vault.endpoint", "https://vault.example.com/v1/" + PATH);
      proxies = ProxySelector.of(proxy.proxy());

      assertThatThrownBy(source()::accessToken)
          .hasMessageContaining(": the proxy " + reason)
          .hasMessageContaining("fix:   " + fix + " the <proxy> in settings.xml")
          .hasMessageContaining("#proxy-login")
          .satisfies(e -> assertThat(e.toString()).doesNotContain("bad"));
      assertThat(proxy.requests()).isEmpty();
    }
  }

  @Test
  void theProxyIsLoggedInTo() {
    try (FakeGoogle proxy = FakeGoogle.start().requiringProxyLogin("builder", "s3cret")) {
      ProxyLogins.know(proxy, "builder", "s3cret");
      proxy.answering(
          "vault.example.com",
          FakeGoogle.Reply.json(
              200, Map.of("data", Map.of("token", "ya29.through-proxy", "token_ttl", 3599))));
      environment.put("VAULT_TOKEN", TOKEN);
      parameters.put("bigflow.vault.endpoint", "https://vault.example.com/v1/" + PATH);
      proxies = ProxySelector.of(proxy.proxy());

      assertThat(source().accessToken()).isEqualTo("ya29.through-proxy");
      assertThat(proxy.tunnels()).containsExactly("vault.example.com:443");
      assertThat(proxy.requests().get(0).headers())
          .as("the proxy's login is for the proxy alone")
          .doesNotContainKeys("proxy-authorization", "authorization")
          .containsEntry("x-vault-token", TOKEN);
    }
  }

  @Test
  void aTokenWithALineEndIsNotQuoted() {
    environment.put("VAULT_TOKEN", "hvs.first\nhvs.second");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": the token of Vault is empty or has characters that it cannot have.")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hvs."));
  }

  // ---- what is missing

  @Test
  void aMissingTokenIsSaid() {
    assertThatThrownBy(source()::get)
        .hasMessage(
            """
            There is no token for Vault at '%s'.
              where: VAULT_TOKEN is not set, and settings.xml has no server '127.0.0.1'
              fix:   Set the variables, or add a <server> with <id>127.0.0.1</id> and <password> to \
            settings.xml.
              more:  docs/troubleshooting.md#vault-denied"""
                .formatted(vault.authority()));
  }

  @Test
  void aMissingRoleIdIsSaid() {
    parameters.put("bigflow.vault.login", "approle");
    environment.put("VAULT_ROLE_ID", "my-role");

    assertThatThrownBy(source()::get)
        .hasMessageContaining("There is no role id and secret id for Vault at '")
        .hasMessageContaining("VAULT_ROLE_ID and VAULT_SECRET_ID are not both set")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("my-role"));
  }

  @Test
  void aServerThatIsNotInSettingsIsSaid() {
    parameters.put("bigflow.vault.server", "our-vault");
    environment.put("VAULT_TOKEN", TOKEN);

    assertThatThrownBy(source()::get)
        .hasMessageContaining("There is no server 'our-vault' in settings.xml.")
        .hasMessageContaining("bigflow.vault.server");
  }

  @Test
  void aServerWithoutAPasswordIsSaid() {
    servers.put("127.0.0.1", new Server("somebody", ""));

    assertThatThrownBy(source()::get)
        .hasMessageContaining(
            "The login for Vault is not complete in the server '127.0.0.1' in settings.xml.");
  }

  @Test
  void aMissingJwtIsSaid() {
    parameters.put("bigflow.vault.login", "jwt");
    parameters.put("bigflow.vault.role", "deployer");

    assertThatThrownBy(source()::get)
        .hasMessageContaining("There is no JWT to log in to Vault with.")
        .hasMessageContaining("VAULT_ID_TOKEN is not set, nor is bigflow.vault.jwtFile");
  }

  @Test
  void aJwtFileThatIsNotThereIsSaid() {
    parameters.put("bigflow.vault.login", "jwt");
    parameters.put("bigflow.vault.role", "deployer");
    parameters.put("bigflow.vault.jwtFile", "missing");

    assertThatThrownBy(source()::accessToken)
        .hasMessageContaining(
            ": the file '" + home.resolve("missing") + "' with the JWT cannot be read.");
  }

  @Test
  void aMissingRoleIsSaid() {
    parameters.put("bigflow.vault.login", "kubernetes");

    assertThatThrownBy(source()::get)
        .hasMessageContaining("A login to Vault by kubernetes needs a role.")
        .hasMessageContaining("vault list auth/kubernetes/role");
  }

  @Test
  void aMissingEndpointIsSaid() {
    parameters.remove("bigflow.vault.endpoint");

    assertThatThrownBy(this::source)
        .hasMessageContaining("The credentials come from Vault, but its address is missing.")
        .hasMessageContaining("bigflow.vault.endpoint");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vault.example.com/v1/gcp/token | is not the address of a token in Vault",
        "https://vault.example.com/gcp/token | is not the address of a token in Vault",
        "https://vault.example.com/v1/ | is not the address of a token in Vault",
        "https://me:PRIVATE-KEY@vault.example.com/v1/x | is not the address of a token in Vault",
        "http://vault.example.com/v1/gcp/token | tokens would travel over plain http",
        "ftp://127.0.0.1/v1/gcp/token | tokens would travel over plain http",
      })
  void anAddressThatCannotBeIsSaid(String endpoint, String reason) {
    parameters.put("bigflow.vault.endpoint", endpoint);

    assertThatThrownBy(this::source)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(reason)
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bigflow.vault.login | password | token, approle, jwt, kubernetes",
        "bigflow.authMethod | key | local_account, service_account, vault"
      })
  void aChoiceThatIsNoneIsQuoted(String parameter, String value, String first) {
    parameters.put(parameter, value);

    assertThatThrownBy(this::source)
        .hasMessageContaining("'" + value + "' is no value of " + parameter + ".")
        .hasMessageContaining("Write one of: " + first);
  }

  @Test
  void aMountThatIsNoneIsQuoted() {
    parameters.put("bigflow.vault.mount", "../sys");

    assertThatThrownBy(this::source)
        .hasMessageContaining("'../sys' is not the path of an auth method in Vault.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.pem", "empty.pem", "key.pem"})
  void aCertificateFileThatIsNoneIsSaid(String name) throws IOException {
    vault.token(TOKEN);
    environment.put("VAULT_TOKEN", TOKEN);
    Files.writeString(home.resolve("empty.pem"), "");
    Files.writeString(
        home.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n");
    parameters.put("bigflow.vault.caCertificate", name);

    assertThatThrownBy(source()::get)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + home.resolve(name) + "'")
        .hasMessageContaining("bigflow.vault.caCertificate")
        .hasMessageContaining("-----BEGIN CERTIFICATE-----")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("QUJD"));
  }

  @Test
  void aCertificateForAnotherNameIsNotTrusted() throws IOException {
    // The proxy leads every name to its own server, whose certificate has *.example.com only.
    try (FakeGoogle proxy = FakeGoogle.start()) {
      parameters.put("bigflow.vault.endpoint", "https://vault.example.org/v1/" + PATH);
      environment.put("VAULT_TOKEN", TOKEN);
      proxies = ProxySelector.of(proxy.proxy());

      assertThatThrownBy(source()::accessToken)
          .hasMessageContaining(": the certificate of 'vault.example.org' is not trusted.");
      assertThat(proxy.tunnels()).contains("vault.example.org:443");
      assertThat(proxy.requests()).isEmpty();
    }
  }

  private static void refresh(CredentialSource source) {
    try {
      source.get().refresh();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CredentialSource source() {
    return source(new Machine(environment, home, NetHttpTransport::new));
  }

  private CredentialSource source(Machine machine) {
    return CredentialSources.of(
        CredentialSettings.of(name -> Optional.ofNullable(parameters.get(name)), home),
        machine,
        id -> Optional.ofNullable(servers.get(id)),
        proxies);
  }
}
