// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The account of a person, over real HTTP. */
final class LocalAccountTest {

  private static final String REFRESH_TOKEN = "1//refresh-token-of-jane";

  private final FakeGoogle google = FakeGoogle.start();
  private @TempDir Path home;

  @AfterEach
  void close() {
    google.close();
  }

  // ---- where it looks

  @Test
  void saysWhereItLookedWhenThereAreNone() {
    assertThatThrownBy(() -> account(Map.of()).get())
        .isInstanceOf(NoCredentials.class)
        .hasMessage(
            """
            No Google credentials were found.
              where: GOOGLE_APPLICATION_CREDENTIALS is not set, \
            '%s/.config/gcloud/application_default_credentials.json' does not exist, no metadata \
            server answers, there is no gcloud on the PATH
              fix:   Log in with: gcloud auth application-default login (or, for gcloud and BigFlow \
            alike: gcloud auth login).
              more:  docs/troubleshooting.md#no-credentials"""
                .formatted(home));
  }

  @Test
  void saysThatTheNamedFileIsMissing() {
    assertThatThrownBy(
            () -> account(Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/key.json")).get())
        .hasMessage(
            """
            Cannot use the Google credentials in '/no/such/key.json': there is no such file.
              where: environment variable GOOGLE_APPLICATION_CREDENTIALS
              fix:   Set GOOGLE_APPLICATION_CREDENTIALS to a credential file, or unset it and run: \
            gcloud auth application-default login.
              more:  docs/troubleshooting.md#no-credentials""");
  }

  @Test
  void neverQuotesACredentialFile() throws IOException {
    Path key = Files.writeString(home.resolve("key.json"), "PRIVATE-KEY");

    assertThatThrownBy(
            () -> account(Map.of("GOOGLE_APPLICATION_CREDENTIALS", key.toString())).get())
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("the file holds no credentials that Google's library understands")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"))
        .hasNoCause();
  }

  @Test
  void saysThatTheFileOfGcloudIsDamaged() throws IOException {
    Path folder = Files.createDirectories(home.resolve("gcloud"));
    Path file = Files.writeString(folder.resolve("application_default_credentials.json"), "{");

    assertThatThrownBy(() -> account(Map.of("CLOUDSDK_CONFIG", folder.toString())).get())
        .hasMessageStartingWith("Cannot use the Google credentials in '" + file + "'")
        .hasMessageContaining("Write it again with: gcloud auth application-default login.");
  }

  @Test
  void looksOnce() {
    AtomicInteger lookups = new AtomicInteger();
    LocalAccount account =
        new LocalAccount(
            machine(Map.of()),
            () -> {
              lookups.incrementAndGet();
              return GoogleCredentials.create(new AccessToken("t", Date.from(Instant.EPOCH)));
            });

    assertThat(account.member()).isEmpty();
    assertThat(account.get()).isSameAs(account.get());
    assertThat(lookups).hasValue(1);
  }

  @Test
  void aFileThatSendsSecretsElsewhereIsRefused() throws IOException {
    Path file =
        Files.writeString(
            home.resolve("evil.json"),
            google
                .key("deployer@my-project.iam.gserviceaccount.com")
                .replace("https://oauth2.googleapis.com/token", "https://token.example.com/token"));

    assertThatThrownBy(
            () -> account(Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString())).get())
        .hasMessageStartingWith(
            "Cannot use the Google credentials in '"
                + file
                + "': its 'token_uri' is no address of Google.");
    assertThat(google.requests()).isEmpty();
  }

  // ---- the login of gcloud for programs

  @Test
  void aPersonGetsTokensThatAreRenewedBeforeTheyExpire() throws Exception {
    CredentialSource account = loggedIn();
    google.lifetime(Duration.ofSeconds(227));

    String first = account.accessToken();
    String second = account.accessToken();
    // The token is renewed 225 seconds before its end.
    Thread.sleep(2_500);
    String third = account.accessToken();

    assertThat(second).isEqualTo(first);
    assertThat(third).isNotEqualTo(first);
    assertThat(google.requests("oauth2.googleapis.com"))
        .hasSize(2)
        .allSatisfy(
            request ->
                assertThat(request.form())
                    .containsEntry("grant_type", "refresh_token")
                    .containsEntry("refresh_token", REFRESH_TOKEN));
  }

  @Test
  void aRevokedLoginIsSaid() throws IOException {
    CredentialSource account = loggedIn();
    google.revoke(REFRESH_TOKEN);

    assertThatThrownBy(account::accessToken)
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot get an access token from the application default credentials: the login has \
            expired or was revoked (invalid_grant).
              where: credentials: application default credentials
              fix:   Log in again with: gcloud auth application-default login.
              more:  docs/troubleshooting.md#login-expired""")
        .hasNoCause();
  }

  @Test
  void anOrganisationThatWantsANewLoginIsSaid() throws IOException {
    google.answering(
        "oauth2.googleapis.com",
        FakeGoogle.Reply.json(
            400,
            Map.of(
                "error", "invalid_grant",
                "error_description", "reauth related error (invalid_rapt)",
                "error_subtype", "invalid_rapt")));

    assertThatThrownBy(loggedIn()::accessToken)
        .hasMessageContaining(": your organisation wants you to log in again (invalid_grant).")
        .hasMessageContaining("gcloud auth application-default login");
  }

  @Test
  void aTokenServiceThatFailsIsSaid() throws IOException {
    google.answering("oauth2.googleapis.com", FakeGoogle.Reply.text(503, "PRIVATE-KEY"));

    assertThatThrownBy(loggedIn()::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the application default credentials: \
            'oauth2.googleapis.com' answers 503.
              where: credentials: application default credentials
              fix:   Run the same command again in some minutes; if it stays so, check what stands \
            between this machine and Google.
              more:  docs/troubleshooting.md#google-unreachable""");
  }

  @Test
  void aPageInsteadOfATokenIsSaid() throws IOException {
    google.answering("oauth2.googleapis.com", FakeGoogle.Reply.text(200, "<html>PRIVATE-KEY"));

    assertThatThrownBy(loggedIn()::accessToken)
        .hasMessageContaining(": the answer of 'oauth2.googleapis.com' cannot be understood.")
        .hasMessageContaining("for example a proxy with a login page")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"));
  }

  @Test
  void aProxyThatAsksForALoginIsSaid() throws IOException {
    google.requiringProxyLogin("proxy-user", "proxy-password");

    assertThatThrownBy(loggedIn()::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the application default credentials: the proxy asks \
            for a login (407).
              where: credentials: application default credentials
              fix:   Add <username> and <password> to the <proxy> in settings.xml.
              more:  docs/troubleshooting.md#proxy-login""");
  }

  @Test
  void aCertificateThatIsNotTrustedIsSaid() throws IOException {
    Path file = adc();
    Machine machine =
        new Machine(
            Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()),
            home,
            () ->
                new com.google.api.client.http.javanet.NetHttpTransport.Builder()
                    .setProxy(new java.net.Proxy(java.net.Proxy.Type.HTTP, google.proxy()))
                    .build());

    assertThatThrownBy(new LocalAccount(machine)::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the application default credentials: the certificate \
            of 'oauth2.googleapis.com' is not trusted.
              where: credentials: application default credentials
              fix:   If a proxy or a certificate authority of your own stands between, let Java \
            trust it: write -Djavax.net.ssl.trustStore=FILE into .mvn/jvm.config.
              more:  docs/troubleshooting.md#certificate-not-trusted""");
  }

  @Test
  void aProxyThatIsNotThereIsSaid() throws IOException {
    CredentialSource account = loggedIn();
    google.close();

    assertThatThrownBy(account::accessToken)
        .hasMessageContaining(": 'oauth2.googleapis.com' accepts no connection.")
        .hasMessageContaining("Check the network and the <proxies> of settings.xml")
        .hasMessageContaining("#google-unreachable");
  }

  @Test
  void theQuotaProjectGoesWithEachRequest() throws IOException {
    Path file = adc();
    Map<String, String> environment = new HashMap<>();
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
    environment.put("GOOGLE_CLOUD_QUOTA_PROJECT", "billing-project");

    assertThat(account(environment).get().getRequestMetadata())
        .containsEntry("x-goog-user-project", List.of("billing-project"));
  }

  // ---- gcloud itself

  @Test
  void theUserOfGcloudIsTheLastResort() throws IOException {
    Map<String, String> environment =
        gcloud(
            """
            case "$*" in
              "auth print-access-token --quiet") echo ya29.token-of-gcloud ;;
              "config list --format=json --quiet")
                echo '{"core": {"account": "jane@example.com"}}' ;;
              *) exit 9 ;;
            esac
            """);
    LocalAccount account = account(environment);

    assertThat(account.accessToken()).isEqualTo("ya29.token-of-gcloud");
    assertThat(account.name()).isEqualTo("login of gcloud");
    assertThat(account.member()).contains("user:jane@example.com");
    assertThat(account.advice()).isEqualTo("Log in again with: gcloud auth login");
  }

  @Test
  void aGcloudThatImpersonatesIsNamedForTheAccount() throws IOException {
    LocalAccount account =
        account(
            gcloud(
                """
                case "$1" in
                  auth) echo ya29.token-of-gcloud ;;
                  *) echo '{"core": {"account": "jane@example.com"}, "auth":
                     {"impersonate_service_account": "sa@p.iam.gserviceaccount.com"}}' ;;
                esac
                """));

    assertThat(account.accessToken()).isNotEmpty();
    assertThat(account.member()).contains("serviceAccount:sa@p.iam.gserviceaccount.com");
  }

  @Test
  void aGcloudWithoutALoginIsSaid() throws IOException {
    LocalAccount account = account(gcloud("echo 'not logged in: PRIVATE-KEY' >&2; exit 1\n"));

    assertThatThrownBy(account::get)
        .isInstanceOf(NoCredentials.class)
        .hasMessageContaining("no metadata server answers, nobody is logged in to gcloud")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"));
  }

  private Map<String, String> gcloud(String script) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path program = Files.writeString(bin.resolve("gcloud"), "#!/bin/sh\n" + script);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return Map.of("PATH", bin + ":/usr/bin:/bin");
  }

  @Test
  void aPersonHasNoIdTokensForAProxy() throws IOException {
    LocalAccount account = loggedIn();
    assertThatThrownBy(() -> account.idToken("client-1"))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith(
            "The application default credentials cannot make ID tokens for 'client-1'.")
        .hasMessageContaining("bigflow.impersonateServiceAccount")
        .hasMessageEndingWith("docs/troubleshooting.md#iap");
    assertThat(google.requests()).isEmpty();
  }

  private LocalAccount loggedIn() throws IOException {
    return account(Map.of("GOOGLE_APPLICATION_CREDENTIALS", adc().toString()));
  }

  private Path adc() throws IOException {
    return Files.writeString(
        home.resolve("adc.json"), google.user("jane@example.com", REFRESH_TOKEN));
  }

  private LocalAccount account(Map<String, String> environment) {
    return new LocalAccount(machine(environment), TestMachine.notOnGoogleCloud());
  }

  private Machine machine(Map<String, String> environment) {
    return TestMachine.of(google, home, environment);
  }
}
