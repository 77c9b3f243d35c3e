// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeGoogle.Request;
import io.bigflow.fakes.FakeRegistry;
import io.bigflow.fakes.FakeVault;
import io.bigflow.fakes.TestCertificates;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.TestImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One source of credentials for the registry, the bucket and Airflow, each of which checks its
 * tokens: in a process of its own that reaches them through a proxy and trusts a private authority.
 */
final class OneSourceForAllTest {

  private static final String DEPLOYER = "deployer@my-project.iam.gserviceaccount.com";
  private static final String REFRESH_TOKEN = "1//CANARY-refresh-token";
  private static final String REPOSITORY = "example/jobs";

  private final FakeGcs gcs = FakeGcs.withBucket("team-bucket");
  private final FakeRegistry registry = FakeRegistry.start();
  private final FakeAirflow airflow = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_2);
  private final FakeGoogle google =
      FakeGoogle.start().storage(gcs).registry(registry).airflow(airflow).poolFor(REPOSITORY);
  private final Map<String, String> parameters = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> proxy = new ArrayList<>();
  private List<String> jvmArguments = google.jvmArguments();
  private String storage = "";
  private String airflowUrl = "https://" + FakeGoogle.AIRFLOW;
  private @TempDir Path folder;
  private @Nullable BuiltImage image;

  @BeforeEach
  void makeImage() throws Exception {
    image = makeImage(FakeGoogle.REGISTRY + "/my-project/jobs/demo");
    environment.put("NO_GCE_CHECK", "true");
  }

  private BuiltImage makeImage(String repository) throws Exception {
    return TestImages.make(
        folder.resolve("image.tar"), new ImageReference(repository, "1.0"), "one");
  }

  @AfterEach
  void close() {
    google.close();
    airflow.close();
    registry.close();
    gcs.close();
  }

  @Test
  void aPersonDeploys() throws Exception {
    logIn();

    assertDeployed(run());

    assertThat(google.tunnels())
        .contains(
            "oauth2.googleapis.com:443",
            "storage.googleapis.com:443",
            FakeGoogle.REGISTRY + ":443",
            FakeGoogle.AIRFLOW + ":443");
  }

  @Test
  void aPersonDeploysAsAServiceAccount() throws Exception {
    logIn();
    google.grant("user:jane@example.com", DEPLOYER);
    parameters.put("bigflow.impersonateServiceAccount", DEPLOYER);

    GoogleProcess.Result result = run();

    assertDeployed(result);
    assertThat(result.output()).contains("MEMBER serviceAccount:" + DEPLOYER);
    // The person's own token went nowhere but to where it is changed for the account's.
    assertThat(principals("storage.googleapis.com")).containsOnly("serviceAccount:" + DEPLOYER);
    assertThat(principals(FakeGoogle.AIRFLOW)).containsOnly("serviceAccount:" + DEPLOYER);
    assertThat(principals("iamcredentials.googleapis.com")).containsOnly("user:jane@example.com");
  }

  @Test
  void aKeyDeploys() throws Exception {
    Path key = Files.writeString(folder.resolve("key.json"), google.key(DEPLOYER));
    parameters.put("bigflow.keyFile", key.toString());

    assertDeployed(run());
  }

  @Test
  void aProgramGivesTheIdentityToken() throws Exception {
    String identity =
        FakeGoogle.identityToken(
            REPOSITORY, "https:" + FakeGoogle.POOL, Instant.now().plusSeconds(600));
    Path program =
        Files.writeString(
            folder.resolve("identity"),
            "#!/bin/sh\necho '{\"version\": 1, \"success\": true, \"token_type\":"
                + " \"urn:ietf:params:oauth:token-type:jwt\", \"id_token\": \""
                + identity
                + "\"}'\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    parameters.put("bigflow.authMethod", "service_account");
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", federation(program).toString());
    environment.put("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");

    assertDeployed(run());
  }

  @Test
  void aProgramThatFailsIsSaidWithoutItsOutput() throws Exception {
    Path program =
        Files.writeString(folder.resolve("identity"), "#!/bin/sh\necho CANARY-output; exit 7\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    parameters.put("bigflow.authMethod", "service_account");
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", federation(program).toString());
    environment.put("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");

    GoogleProcess.Result result = run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output())
        .contains("the program '" + program + "' failed.")
        .contains("Run it by hand to see why.")
        .doesNotContain("CANARY");
  }

  @Test
  void aProgramThatPrintsNonsenseIsSaidWithoutItsOutput() throws Exception {
    Path program = Files.writeString(folder.resolve("identity"), "#!/bin/sh\necho CANARY-output\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    parameters.put("bigflow.authMethod", "service_account");
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", federation(program).toString());
    environment.put("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");

    GoogleProcess.Result result = run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output())
        .contains("the program '" + program + "' gave no valid identity token.")
        .doesNotContain("CANARY");
  }

  @Test
  void theMachineDeploys() throws Exception {
    google.machineAccount(DEPLOYER);
    environment.remove("NO_GCE_CHECK");

    GoogleProcess.Result result = run();

    assertDeployed(result);
    assertThat(result.output()).contains("MEMBER serviceAccount:" + DEPLOYER);
  }

  @Test
  void vaultDeploys() throws Exception {
    try (FakeVault vault = FakeVault.start()) {
      vault
          .token("hvs.CANARY-token")
          .secret(
              "gcp/roleset/deployer/token",
              () ->
                  "{\"token\":\""
                      + google.issue("serviceAccount:" + DEPLOYER)
                      + "\",\"token_ttl\":3599}");
      parameters.put("bigflow.authMethod", "vault");
      parameters.put("bigflow.vault.endpoint", vault.address() + "/v1/gcp/roleset/deployer/token");
      parameters.put(
          "bigflow.vault.caCertificate", TestCertificates.get().authorityPem().toString());
      environment.put("VAULT_TOKEN", "hvs.CANARY-token");

      assertDeployed(run());
    }
  }

  // ---- a long deployment

  @Test
  void tokensThatExpireOnTheWayAreRenewed() throws Exception {
    logIn();
    google.grant("user:jane@example.com", DEPLOYER).usesPerToken(3);
    parameters.put("bigflow.impersonateServiceAccount", DEPLOYER);

    GoogleProcess.Result result = run();

    assertDeployed(result);
    assertThat(google.requests("iamcredentials.googleapis.com"))
        .as("tokens were renewed")
        .hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void aTokenOfVaultThatExpiresOnTheWayIsAskedForAgain() throws Exception {
    try (FakeVault vault = FakeVault.start()) {
      vault
          .login("approle", "role_id", "CANARY-role", "secret_id", "CANARY-secret")
          .lease(1)
          .secret(
              "gcp/token",
              () ->
                  "{\"token\":\""
                      + google.issue("serviceAccount:" + DEPLOYER)
                      + "\",\"token_ttl\":3599}");
      google.usesPerToken(3);
      parameters.put("bigflow.authMethod", "vault");
      parameters.put("bigflow.vault.login", "approle");
      parameters.put("bigflow.vault.endpoint", vault.address() + "/v1/gcp/token");
      parameters.put(
          "bigflow.vault.caCertificate", TestCertificates.get().authorityPem().toString());
      environment.put("VAULT_ROLE_ID", "CANARY-role");
      environment.put("VAULT_SECRET_ID", "CANARY-secret");

      assertDeployed(run());
      assertThat(vault.requests())
          .filteredOn(request -> request.path().equals("auth/approle/login"))
          .as("logins")
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void aLoginToTheRegistryThatExpiresOnTheWayIsRenewed() throws Exception {
    logIn();
    // The client renews a token 225 seconds before its end, so each new request has a new one; the
    // registry takes a token once, and its own one eight times.
    google.lifetime(Duration.ofMinutes(3)).usesPerToken(1).usesPerRegistryToken(8);

    GoogleProcess.Result result = run();

    assertDeployed(result);
    assertThat(google.requests(FakeGoogle.REGISTRY))
        .filteredOn(request -> request.path().startsWith("/v2/token"))
        .hasSizeGreaterThan(2);
    assertThat(result.output()).contains("had expired; logged in again");
  }

  @Test
  void aWrongTokenIsRefusedWithTheRightMessage() throws Exception {
    try (FakeVault vault = FakeVault.start()) {
      vault.token("hvs.CANARY-token").secret("kv/token", () -> "{\"token\":\"ya29.CANARY-old\"}");
      parameters.put("bigflow.authMethod", "vault");
      parameters.put("bigflow.vault.endpoint", vault.address() + "/v1/kv/token");
      parameters.put(
          "bigflow.vault.caCertificate", TestCertificates.get().authorityPem().toString());
      environment.put("VAULT_TOKEN", "hvs.CANARY-token");

      GoogleProcess.Result pushed = run();
      image = null;
      GoogleProcess.Result written = run();

      assertThat(pushed.exit()).isEqualTo(1);
      assertThat(pushed.output())
          .contains(
              "the registry does not accept the login of the Vault at '"
                  + vault.authority()
                  + "' (401")
          .doesNotContain("CANARY");
      assertThat(written.exit()).isEqualTo(1);
      assertThat(written.output())
          .contains("Cloud Storage does not accept the Vault at '" + vault.authority() + "' (401)")
          .contains("Check what '" + vault.address() + "/v1/kv/token' gives")
          .doesNotContain("CANARY");
    }
  }

  @Test
  void aLoginThatIsRevokedOnTheWayIsSaid() throws Exception {
    logIn();
    image = null;
    google.grant("user:jane@example.com", DEPLOYER);
    google.revoke(REFRESH_TOKEN);

    GoogleProcess.Result result = run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output())
        .contains(
            "Cannot write 'gs://team-bucket/dags/0.py': no access token could be had: the"
                + " login has expired or was revoked (invalid_grant).")
        .contains("gcloud auth application-default login")
        .doesNotContain("CANARY");
  }

  // ---- proxies and hosts

  @Test
  void theProxyOfSettingsMayAskForALogin() throws Exception {
    logIn();
    google.requiringProxyLogin("proxy-user", "CANARY-proxy-password");
    proxy.addAll(
        List.of(
            "127.0.0.1",
            Integer.toString(google.proxy().getPort()),
            "proxy-user",
            "CANARY-proxy-password"));
    jvmArguments = jvmArguments.stream().filter(argument -> !argument.contains("proxy")).toList();

    assertDeployed(run());

    assertThat(google.tunnels()).contains(FakeGoogle.AIRFLOW + ":443");
    assertThat(google.requests())
        .as("the proxy's login is for the proxy alone")
        .allSatisfy(request -> assertThat(request.header("Proxy-Authorization")).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''           | asks for a login, and there is none for it (407). | Add",
        "CANARY-wrong | does not accept the login that it was sent (407). | Correct"
      })
  void aProxyThatDoesNotLetAirflowBeAskedIsSaid(String password, String reason, String fix)
      throws Exception {
    google.requiringProxyLogin("proxy-user", "CANARY-proxy-password");
    proxy.addAll(
        List.of(
            "127.0.0.1",
            Integer.toString(google.proxy().getPort()),
            password.isEmpty() ? "" : "proxy-user",
            password));
    GoogleProcess.Work work =
        new GoogleProcess.Work(parameters, proxy, null, "", "", 0, "https://airflow.example.com");
    jvmArguments = jvmArguments.stream().filter(argument -> !argument.contains("proxy")).toList();

    GoogleProcess.Result result = GoogleProcess.run(folder, work, environment, jvmArguments);

    assertThat(result.exit()).as(result.output()).isEqualTo(1);
    assertThat(result.output())
        .contains("Airflow at 'https://airflow.example.com': the proxy " + reason)
        .contains("fix:   " + fix + " <username> and <password>")
        .contains("#proxy-login")
        .doesNotContain("CANARY");
    assertThat(google.requests()).isEmpty();
  }

  @Test
  void noOtherHostIsEverShownAToken() throws Exception {
    logIn();
    storage = "https://storage.example.com";
    airflowUrl = "https://airflow.example.com";
    for (String repository :
        List.of("registry.example.com/team/demo", "eu.gcr.io.example.com/team/demo")) {
      image = makeImage(repository);
      assertThat(run().output()).contains("FAILED Cannot ", "'" + repository + "'");
    }
    image = null;
    assertThat(run().output()).contains("access is denied without credentials (401)");
    storage = "";
    GoogleProcess.Result asked = run();
    assertThat(asked.output())
        .contains("Airflow at 'https://airflow.example.com': access is denied for no credentials");

    List<Request> foreign =
        google.requests().stream()
            .filter(request -> request.host().endsWith(".example.com"))
            .toList();
    assertThat(foreign)
        .extracting(Request::host)
        .contains(
            "registry.example.com",
            "eu.gcr.io.example.com",
            "storage.example.com",
            "airflow.example.com");
    for (Request request : foreign) {
      assertThat(request.header("Authorization")).as(request.toString()).isEmpty();
      for (String token : google.tokens()) {
        String all = request.path() + request.headers() + request.text();
        assertThat(all).doesNotContain(token);
        assertThat(all)
            .doesNotContain(
                Base64.getEncoder().encodeToString(("oauth2accesstoken:" + token).getBytes(UTF_8)));
      }
    }
  }

  // ---- what is common

  private void logIn() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("adc.json"), google.user("jane@example.com", REFRESH_TOKEN));
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
  }

  private Path federation(Path program) throws Exception {
    return Files.writeString(
        folder.resolve("federation.json"),
        new ObjectMapper()
            .writeValueAsString(
                Map.of(
                    "type",
                    "external_account",
                    "audience",
                    FakeGoogle.POOL,
                    "subject_token_type",
                    "urn:ietf:params:oauth:token-type:jwt",
                    "token_url",
                    "https://sts.googleapis.com/v1/token",
                    "credential_source",
                    Map.of(
                        "executable",
                        Map.of("command", program.toString(), "timeout_millis", 10_000)))));
  }

  private GoogleProcess.Result run() throws Exception {
    return GoogleProcess.run(
        folder,
        new GoogleProcess.Work(
            parameters,
            proxy,
            image,
            folder.resolve("image.tar").toString(),
            storage,
            5,
            airflowUrl),
        environment,
        jvmArguments);
  }

  private void assertDeployed(GoogleProcess.Result result) {
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(registry.digestOf("my-project/jobs/demo", "1.0")).isPresent();
    assertThat(gcs.objects("team-bucket")).hasSize(5);
    assertThat(result.output()).contains("OBJECTS 5", "AIRFLOW 2.");
    assertThat(result.output()).doesNotContain("CANARY");
    for (String token : google.tokens()) {
      assertThat(result.output()).doesNotContain(token);
    }
  }

  private List<String> principals(String host) {
    return google.requests(host).stream()
        .map(request -> google.principal(request).orElse("nobody"))
        .distinct()
        .toList();
  }
}
