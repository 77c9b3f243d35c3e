// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeGoogle.Request;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Service accounts over real HTTP: keys, workload identity federation, the metadata server. */
final class ServiceAccountTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEPLOYER = "deployer@my-project.iam.gserviceaccount.com";
  private static final String REPOSITORY = "example/jobs";
  private static final String PRINCIPAL =
      "principal://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/ci"
          + "/subject/repo:"
          + REPOSITORY;

  private final FakeGoogle google = FakeGoogle.start().poolFor(REPOSITORY);
  private @TempDir Path home;

  @AfterEach
  void close() {
    google.close();
  }

  // ---- keys

  @Test
  void aKeySignsForATokenOfTheRightScope() throws IOException {
    ServiceAccount account = account(write(google.key(DEPLOYER)));

    String token = account.accessToken();

    // The signature, the audience and the scope were verified there.
    assertThat(google.tokens()).containsExactly(token);
    assertThat(account.name()).isEqualTo("key of '" + DEPLOYER + "'");
    assertThat(account.member()).contains("serviceAccount:" + DEPLOYER);
  }

  @Test
  void aKeyMakesIdTokensForTheProxyBeforeAirflow() throws IOException {
    String payload =
        "{\"aud\": \"client-1\", \"exp\": " + (System.currentTimeMillis() / 1000 + 3600) + "}";
    String token =
        Stream.of("{\"alg\": \"none\"}", payload, "x")
            .map(
                part ->
                    Base64.getUrlEncoder().withoutPadding().encodeToString(part.getBytes(UTF_8)))
            .collect(Collectors.joining("."));
    google.answering(
        "oauth2.googleapis.com", FakeGoogle.Reply.json(200, Map.of("id_token", token)));

    assertThat(account(write(google.key(DEPLOYER))).idToken("client-1")).isEqualTo(token);
  }

  @Test
  void whyThereIsNoIdTokenIsSaid() throws IOException {
    Path file = write(google.key(DEPLOYER));
    google.deleteKey(DEPLOYER);

    assertThatThrownBy(() -> account(file).idToken("client-1"))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith(
            "Cannot get an ID token from the key of '" + DEPLOYER + "': the key")
        .hasNoCause();
  }

  @Test
  void theVariableNamesTheFileToo() throws IOException {
    Path file = write(google.key(DEPLOYER));
    Map<String, String> environment = Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString());

    ServiceAccount account =
        new ServiceAccount(TestMachine.of(google, home, environment), Optional.empty());

    assertThat(account.accessToken()).startsWith("ya29.test-");
  }

  @Test
  void aKeyThatWasDeletedIsSaid() throws IOException {
    Path file = write(google.key(DEPLOYER));
    google.deleteKey(DEPLOYER);

    assertThatThrownBy(account(file)::accessToken)
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot get an access token from the key of 'deployer@my-project.iam.gserviceaccount.com'\
            : the key was deleted, disabled or has expired (invalid_grant).
              where: credentials: key of 'deployer@my-project.iam.gserviceaccount.com'
              fix:   Compare '%s' with: gcloud iam service-accounts keys list \
            --iam-account=deployer@my-project.iam.gserviceaccount.com.
              more:  docs/troubleshooting.md#key-refused"""
                .formatted(file))
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Invalid grant: account not found"
            + "|the service account 'deployer@my-project.iam.gserviceaccount.com' does not exist or"
            + " is disabled (invalid_grant)"
            + "|gcloud iam service-accounts describe deployer@my-project.iam.gserviceaccount.com",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            + " Check your iat and exp values in the JWT claim."
            + "|the clock of this machine is wrong (invalid_grant)"
            + "|sudo timedatectl set-ntp true",
      })
  void whatGoogleDislikesAboutAKeyIsSaid(String description, String reason, String fix)
      throws IOException {
    Path file = write(google.key(DEPLOYER));
    google.answering(
        "oauth2.googleapis.com",
        FakeGoogle.Reply.json(
            400, Map.of("error", "invalid_grant", "error_description", description)));

    assertThatThrownBy(account(file)::accessToken)
        .hasMessageContaining(": " + reason + ".")
        .hasMessageContaining(fix)
        .hasMessageContaining("#key-refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorized_user", "external_account_authorized_user"})
  void theLoginOfAPersonIsRefused(String type) throws IOException {
    Path file = write("{\"type\": \"" + type + "\", \"refresh_token\": \"PRIVATE-KEY\"}");

    assertThatThrownBy(account(file)::get)
        .hasMessage(
            """
            The credentials in '%s' are the login of a person (%s).
              where: bigflow.keyFile
              fix:   Name a key file of a service account, or a file of workload identity \
            federation; to deploy as a person use -Dbigflow.authMethod=local_account.
              more:  docs/troubleshooting.md#no-credentials"""
                .formatted(file, type));
  }

  @Test
  void aKeyFileThatIsMissingIsSaid() {
    Path file = home.resolve("missing.json");

    assertThatThrownBy(account(file)::get)
        .hasMessage(
            """
            Cannot use the Google credentials in '%s': there is no such file.
              where: bigflow.keyFile
              fix:   Name a key file of a service account, or a file of workload identity \
            federation.
              more:  docs/troubleshooting.md#no-credentials"""
                .formatted(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "{\"type\": \"service_account\"}", "{\"type\": \"other\"}"})
  void aFileOfAnotherKindIsSaid(String content) throws IOException {
    assertThatThrownBy(account(write(content))::get)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("the file holds no credentials that Google's library understands");
  }

  // ---- workload identity federation

  @Test
  void aFileWithAnIdentityTokenBecomesATokenOfTheServiceAccount() throws IOException {
    google.grant(PRINCIPAL, DEPLOYER);
    Path token = identityToken(Instant.now().plusSeconds(600));
    ServiceAccount account = account(federation(Map.of("file", token.toString()), true));

    String access = account.accessToken();

    Request exchange = google.requests("sts.googleapis.com").get(0);
    assertThat(exchange.form())
        .containsEntry("audience", FakeGoogle.POOL)
        .containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .containsEntry("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
        .containsEntry("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
        .containsEntry("scope", CredentialSource.SCOPE)
        .containsEntry("subject_token", Files.readString(token));
    assertThat(google.requests("iamcredentials.googleapis.com"))
        .singleElement()
        .hasToString(
            "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
                + DEPLOYER
                + ":generateAccessToken");
    assertThat(google.tokens()).contains(access).hasSize(2);
    assertThat(account.member()).contains("serviceAccount:" + DEPLOYER);
    assertThat(account.name())
        .isEqualTo("workload identity federation of 'key.json' as '" + DEPLOYER + "'");
  }

  @Test
  void anIdentityWorksWithoutAServiceAccountToo() throws IOException {
    Path token = identityToken(Instant.now().plusSeconds(600));
    ServiceAccount account = account(federation(Map.of("file", token.toString()), false));

    assertThat(google.tokens()).isEmpty();
    assertThat(account.accessToken()).isNotEmpty();
    assertThat(google.requests("iamcredentials.googleapis.com")).isEmpty();
  }

  @Test
  void anAddressGivesTheIdentityTokenAsOnGitHub() throws IOException {
    google.api("pipelines.example.com", request -> FakeGoogle.Reply.text(500, "unused"));
    String token =
        FakeGoogle.identityToken(
            REPOSITORY, "https:" + FakeGoogle.POOL, Instant.now().plusSeconds(600));
    google.answering("pipelines.example.com", FakeGoogle.Reply.json(200, Map.of("value", token)));
    ServiceAccount account =
        account(
            federation(
                Map.of(
                    "url",
                    "https://pipelines.example.com/idtoken?audience=x",
                    "headers",
                    Map.of("Authorization", "Bearer job-secret"),
                    "format",
                    Map.of("type", "json", "subject_token_field_name", "value")),
                false));

    assertThat(account.accessToken()).isNotEmpty();
    assertThat(google.requests("pipelines.example.com"))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.header("Authorization")).isEqualTo("Bearer job-secret");
              assertThat(request.path()).isEqualTo("/idtoken?audience=x");
            });
  }

  @Test
  void anAddressThatGivesNoIdentityTokenIsSaid() throws IOException {
    google.answering("pipelines.example.com", FakeGoogle.Reply.text(403, "PRIVATE-KEY"));
    ServiceAccount account =
        account(
            federation(
                Map.of("url", "https://pipelines.example.com/idtoken?secret=PRIVATE-KEY"), false));

    assertThatThrownBy(account::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the workload identity federation of 'key.json': no \
            identity token comes from 'pipelines.example.com' (it answers 403).
              where: credentials: workload identity federation of 'key.json'
              fix:   Check that the job may get one; on GitHub it needs: permissions: id-token: \
            write.
              more:  docs/troubleshooting.md#federation-refused""");
  }

  @Test
  void anIdentityTokenThatIsNotThereIsSaid() throws IOException {
    ServiceAccount account = account(federation(Map.of("file", "/no/such/token"), true));

    assertThatThrownBy(account::accessToken)
        .hasMessageContaining("no identity token can be read from the file '/no/such/token'.")
        .hasMessageContaining("Let the job write its identity token there first.");
  }

  @Test
  void aProgramThatMayNotRunIsSaid() throws IOException {
    ServiceAccount account =
        account(
            federation(
                Map.of(
                    "executable",
                    Map.of("command", "/opt/token --secret=PRIVATE-KEY", "timeout_millis", 5000)),
                false));

    // The library reads this variable of the process itself, so its success is tested in a process
    // of its own.
    assertThatThrownBy(account::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the workload identity federation of 'key.json': the \
            program '/opt/token' is not allowed to run.
              where: credentials: workload identity federation of 'key.json'
              fix:   Allow it with the variable GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 if you \
            trust whoever can write the credential file.
              more:  docs/troubleshooting.md#federation-refused""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "other/repo | https:AUDIENCE | 600 | the attribute condition of the identity pool does not"
            + " let this job in (unauthorized_client) | attributeCondition",
        "example/jobs | api://other | 600 | the identity token is meant for another audience"
            + " (invalid_grant) | oidc.allowedAudiences",
        "example/jobs | https:AUDIENCE | -60 | the identity token from the file 'FILE' has expired"
            + " (invalid_grant) | run the deployment soon after the job began",
      })
  void anIdentityThatThePoolRefusesIsSaid(
      String repository, String audience, long seconds, String reason, String fix)
      throws IOException {
    Path token =
        Files.writeString(
            home.resolve("token"),
            FakeGoogle.identityToken(
                repository,
                audience.replace("AUDIENCE", FakeGoogle.POOL),
                Instant.now().plusSeconds(seconds)));
    ServiceAccount account = account(federation(Map.of("file", token.toString()), true));

    assertThatThrownBy(account::accessToken)
        .hasMessageStartingWith(
            "Cannot get an access token from the workload identity federation of 'key.json' as '"
                + DEPLOYER
                + "': "
                + reason.replace("FILE", token.toString())
                + ".")
        .hasMessageContaining(fix)
        .hasMessageEndingWith("docs/troubleshooting.md#federation-refused");
  }

  @Test
  void aPoolThatDoesNotExistIsSaidWithTheCommand() throws IOException {
    Path token = identityToken(Instant.now().plusSeconds(600));
    ObjectNode file =
        (ObjectNode) JSON.readTree(Files.readString(federation(Map.of("file", token + ""), true)));
    file.put("audience", FakeGoogle.POOL.replace("/ci/", "/gone/"));

    assertThatThrownBy(account(write(file.toString()))::accessToken)
        .hasMessageContaining(
            "the identity pool or its provider does not exist or is disabled (invalid_target).")
        .hasMessageContaining(
            "Check it with: gcloud iam workload-identity-pools providers describe github"
                + " --workload-identity-pool=gone --location=global --project=123456.");
  }

  @Test
  void anIdentityThatMayNotActAsTheServiceAccountIsSaidWithTheCommand() throws IOException {
    Path token = identityToken(Instant.now().plusSeconds(600));

    assertThatThrownBy(account(federation(Map.of("file", token.toString()), true))::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the workload identity federation of 'key.json' as \
            'deployer@my-project.iam.gserviceaccount.com': the account of the workload identity \
            federation of 'key.json' may not act as 'deployer@my-project.iam.gserviceaccount.com' \
            (403).
              where: credentials: workload identity federation of 'key.json' as \
            'deployer@my-project.iam.gserviceaccount.com'
              fix:   Let an owner of that account run: gcloud iam service-accounts \
            add-iam-policy-binding deployer@my-project.iam.gserviceaccount.com \
            --member=principalSet://iam.googleapis.com/projects/123456/locations/global/\
            workloadIdentityPools/ci/attribute.repository/OWNER/REPOSITORY \
            --role=roles/iam.workloadIdentityUser.
              more:  docs/troubleshooting.md#impersonation-denied""");
  }

  @ParameterizedTest
  @ValueSource(strings = {"token_url", "service_account_impersonation_url"})
  void aFederationThatSendsTokensElsewhereIsRefused(String field) throws IOException {
    ObjectNode file =
        (ObjectNode) JSON.readTree(Files.readString(federation(Map.of("file", "/x"), true)));
    file.put(
        field, file.path(field).asText().replaceFirst("https://[^/]+", "https://x.example.com"));

    assertThatThrownBy(account(write(file.toString()))::get)
        .hasMessageContaining("its '" + field + "' is no address of Google");
  }

  // ---- the machine's own account

  @Test
  void theMachinesAccountIsUsedWithoutAFile() {
    google.machineAccount("vm@my-project.iam.gserviceaccount.com");
    ServiceAccount account =
        new ServiceAccount(TestMachine.of(google, home, Map.of()), Optional.empty());

    assertThat(account.accessToken()).startsWith("ya29.test-");
    assertThat(google.requests("metadata.google.internal").get(0))
        .satisfies(
            request -> {
              assertThat(request.header("Metadata-Flavor")).isEqualTo("Google");
              assertThat(request.path()).contains("scopes=").contains("cloud-platform");
            });
    assertThat(account.member()).contains("serviceAccount:vm@my-project.iam.gserviceaccount.com");
  }

  @Test
  void aMachineWithoutAnAccountIsSaid() {
    ServiceAccount account =
        new ServiceAccount(TestMachine.of(google, home, Map.of()), Optional.empty());

    assertThatThrownBy(account::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the service account of this machine: the machine has no \
            service account.
              where: credentials: service account of this machine
              fix:   Attach one to it, or name a key file: -Dbigflow.keyFile=FILE.
              more:  docs/troubleshooting.md#no-credentials""");
  }

  @Test
  void aMachineThatIsNotGooglesIsSaid() {
    google.close();
    ServiceAccount account =
        new ServiceAccount(TestMachine.of(google, home, Map.of()), Optional.empty());

    assertThatThrownBy(account::accessToken)
        .hasMessageContaining(": no metadata server answers.")
        .hasMessageContaining(
            "Name a key file or a file of workload identity federation with bigflow.keyFile or"
                + " GOOGLE_APPLICATION_CREDENTIALS, or run on Google Cloud.");
  }

  @Test
  void tokensOfAServiceAccountAreRenewed() throws Exception {
    google.lifetime(Duration.ofSeconds(226));
    ServiceAccount account = account(write(google.key(DEPLOYER)));

    String first = account.accessToken();
    Thread.sleep(1_500);

    assertThat(account.accessToken()).isNotEqualTo(first);
  }

  private Path identityToken(Instant end) throws IOException {
    return Files.writeString(
        home.resolve("token"),
        FakeGoogle.identityToken(REPOSITORY, "https:" + FakeGoogle.POOL, end));
  }

  private Path federation(Map<String, ?> source, boolean withServiceAccount) throws IOException {
    ObjectNode file = JSON.createObjectNode();
    file.put("type", "external_account");
    file.put("audience", FakeGoogle.POOL);
    file.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    file.put("token_url", "https://sts.googleapis.com/v1/token");
    file.set("credential_source", JSON.valueToTree(source));
    if (withServiceAccount) {
      file.put(
          "service_account_impersonation_url",
          "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
              + DEPLOYER
              + ":generateAccessToken");
    }
    return write(file.toString());
  }

  private Path write(String content) throws IOException {
    return Files.writeString(home.resolve("key.json"), content);
  }

  private ServiceAccount account(Path file) {
    return new ServiceAccount(
        TestMachine.of(google, home, Map.of("PATH", String.join(":", List.of()))),
        Optional.of(file));
  }
}
