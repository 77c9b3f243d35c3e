// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Vault: {@code BIGFLOW_TEST_VAULT} names the file with its address, its root token and the
 * file of its certificate authority. Each test has mounts of its own.
 */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_VAULT", matches = ".+")
final class VaultOnServerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AUDIENCE = "https://vault.example.com";

  private final Properties server = new Properties();
  private final String mount = "t" + UUID.randomUUID();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> parameters = new HashMap<>();
  private @TempDir Path folder;
  private HttpClient http;

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    try (InputStream in =
        Files.newInputStream(Path.of(String.valueOf(System.getenv("BIGFLOW_TEST_VAULT"))))) {
      server.load(in);
    }
    Path authority = Path.of(server.getProperty("authority"));
    http = HttpClient.newBuilder().sslContext(VaultTrust.in(authority)).build();
    post("sys/mounts/" + mount, Map.of("type", "kv", "options", Map.of("version", "1")));
    post(mount + "/deployer", Map.of("token", "ya29.of-the-real-vault", "token_ttl", 3599));
    post(
        "sys/policies/acl/" + mount,
        Map.of("policy", "path \"" + mount + "/deployer\" { capabilities = [\"read\"] }"));
    parameters.put(
        VaultEndpoint.PARAMETER, server.getProperty("url") + "/v1/" + mount + "/deployer");
    parameters.put("bigflow.vault.caCertificate", authority.toString());
  }

  @Test
  void aTokenReadsTheSecret() throws IOException, InterruptedException {
    environment.put("VAULT_TOKEN", token(mount));

    assertThat(tokens().next().getTokenValue()).isEqualTo("ya29.of-the-real-vault");
    assertThat(tokens().next().getExpirationTime())
        .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3700));
  }

  @Test
  void anAppRoleLogsInAndAgainWhenItsTokenIsRevoked() throws IOException, InterruptedException {
    appRole();
    VaultTokens tokens = tokens();
    assertThat(tokens.next().getTokenValue()).isEqualTo("ya29.of-the-real-vault");

    post("sys/leases/revoke-prefix/auth/" + mount + "/login", Map.of("sync", true));
    post(mount + "/deployer", Map.of("token", "ya29.the-next-one"));

    assertThat(tokens.next().getTokenValue()).isEqualTo("ya29.the-next-one");
  }

  @Test
  void aSecretIdThatIsWrongIsRefused() throws IOException, InterruptedException {
    appRole();
    environment.put("VAULT_SECRET_ID", UUID.randomUUID().toString());

    assertThatThrownBy(() -> tokens().next())
        .isInstanceOf(VaultFailure.class)
        .hasMessage(
            "Vault does not accept the role id and secret id of the variables VAULT_ROLE_ID and"
                + " VAULT_SECRET_ID (400)");
  }

  @Test
  void aJwtLogsIn() throws Exception {
    KeyPair keys = jwtRole();
    Path file = Files.writeString(folder.resolve("jwt"), jwt(keys, AUDIENCE) + "\n");
    parameters.put("bigflow.vault.jwtFile", file.toString());

    assertThat(tokens().next().getTokenValue()).isEqualTo("ya29.of-the-real-vault");
  }

  @Test
  void aJwtForSomebodyElseIsRefused() throws Exception {
    KeyPair keys = jwtRole();
    environment.put("VAULT_ID_TOKEN", jwt(keys, "https://other.example.com"));

    assertThatThrownBy(() -> tokens().next())
        .isInstanceOf(VaultFailure.class)
        .hasMessage(
            "Vault does not accept the JWT of the variable VAULT_ID_TOKEN for the role 'deployer'"
                + " (400)");
  }

  @Test
  void aTokenThatIsNoneAndOneThatMayNotAreToldApart() throws IOException, InterruptedException {
    environment.put("VAULT_TOKEN", "hvs.nobody");
    assertThatThrownBy(() -> tokens().next())
        .hasMessage("Vault does not accept the token of the variable VAULT_TOKEN (403)");

    environment.put("VAULT_TOKEN", token("default"));
    assertThatThrownBy(() -> tokens().next())
        .hasMessage(
            "the token of the variable VAULT_TOKEN may not read '" + mount + "/deployer' (403)");
  }

  @Test
  void whatIsNotThereIsTold() {
    environment.put("VAULT_TOKEN", server.getProperty("token"));
    String endpoint = server.getProperty("url") + "/v1/" + mount + "/nobody";
    parameters.put(VaultEndpoint.PARAMETER, endpoint);
    assertThatThrownBy(() -> tokens().next())
        .hasMessage("there is nothing at '" + endpoint + "' (404)");

    parameters.put("bigflow.vault.login", "approle");
    parameters.put("bigflow.vault.mount", "nowhere");
    environment.put("VAULT_ROLE_ID", "x");
    environment.put("VAULT_SECRET_ID", "y");
    assertThatThrownBy(() -> tokens().next()).hasMessageContaining("'auth/nowhere'");
  }

  @Test
  void anAuthorityThatIsNotGivenIsNotTrusted() {
    environment.put("VAULT_TOKEN", server.getProperty("token"));
    parameters.remove("bigflow.vault.caCertificate");

    assertThatThrownBy(() -> tokens().next())
        .isInstanceOf(VaultFailure.class)
        .hasMessageContaining("is not trusted");
  }

  // ---- what the operators of a Vault do

  private void appRole() throws IOException, InterruptedException {
    post("sys/auth/" + mount, Map.of("type", "approle"));
    post("auth/" + mount + "/role/deployer", Map.of("token_policies", mount));
    parameters.put("bigflow.vault.login", "approle");
    parameters.put("bigflow.vault.mount", mount);
    environment.put(
        "VAULT_ROLE_ID",
        call("GET", "auth/" + mount + "/role/deployer/role-id", null).at("/data/role_id").asText());
    environment.put(
        "VAULT_SECRET_ID",
        post("auth/" + mount + "/role/deployer/secret-id", Map.of())
            .at("/data/secret_id")
            .asText());
  }

  private KeyPair jwtRole() throws IOException, InterruptedException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    post("sys/auth/" + mount, Map.of("type", "jwt"));
    post("auth/" + mount + "/config", Map.of("jwt_validation_pubkeys", List.of(pem)));
    post(
        "auth/" + mount + "/role/deployer",
        Map.of(
            "role_type",
            "jwt",
            "user_claim",
            "sub",
            "bound_audiences",
            List.of(AUDIENCE),
            "token_policies",
            mount));
    parameters.put("bigflow.vault.login", "jwt");
    parameters.put("bigflow.vault.mount", mount);
    parameters.put("bigflow.vault.role", "deployer");
    return keys;
  }

  private static String jwt(KeyPair keys, String audience)
      throws IOException, GeneralSecurityException {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String payload =
        JSON.writeValueAsString(
            Map.of(
                "sub",
                "project_path:example/jobs",
                "aud",
                audience,
                "iat",
                Instant.now().getEpochSecond(),
                "exp",
                Instant.now().plusSeconds(300).getEpochSecond()));
    String signed =
        base64.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(UTF_8))
            + "."
            + base64.encodeToString(payload.getBytes(UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(US_ASCII));
    return signed + "." + base64.encodeToString(signature.sign());
  }

  private String token(String policy) throws IOException, InterruptedException {
    return post("auth/token/create", Map.of("policies", List.of(policy)))
        .at("/auth/client_token")
        .asText();
  }

  private JsonNode post(String path, Map<String, ?> content)
      throws IOException, InterruptedException {
    return call("POST", path, content);
  }

  private JsonNode call(String method, String path, @Nullable Map<String, ?> content)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(server.getProperty("url") + "/v1/" + path))
                .header("X-Vault-Token", server.getProperty("token"))
                .method(
                    method,
                    content == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(JSON.writeValueAsString(content)))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isBetween(200, 299);
    return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
  }

  private VaultTokens tokens() {
    VaultSettings settings =
        VaultSettings.of(name -> Optional.ofNullable(parameters.get(name)), folder);
    return new VaultTokens(
        settings.endpoint(),
        settings.login(environment, id -> Optional.empty()),
        settings.namespace(),
        settings.caCertificate(),
        ProxySelector.of(null));
  }
}
