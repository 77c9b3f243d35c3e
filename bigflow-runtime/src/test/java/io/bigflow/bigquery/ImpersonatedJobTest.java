// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import example.PortsWorkflow;
import io.bigflow.ProjectDirectory;
import io.bigflow.google.GoogleOnLoopback;
import io.bigflow.google.GoogleOnLoopback.TokenRequest;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowIndex;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of BigQuery in a JVM of its own, as in a container: the launcher, Application Default
 * Credentials from a file, Google's own client. Everything it sends is seen here.
 */
@Timeout(120)
class ImpersonatedJobTest {
  private static final String DELEGATE = "delegate@ops.iam.gserviceaccount.com";
  private static final String SECOND = "second@ops.iam.gserviceaccount.com";
  private static final String TARGET = "jobs@sales-dev.iam.gserviceaccount.com";
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  @TempDir private Path folder = Path.of("");

  private final FakeBigQuery bigQuery = new FakeBigQuery();
  private @Nullable GoogleOnLoopback started;

  @BeforeEach
  void start() throws Exception {
    bigQuery.datasets.put("ports", "EU");
    started = new GoogleOnLoopback(folder, Map.of("bigquery.googleapis.com", bigQuery::handle));
    new ProjectDirectory(folder)
        .with(
            WorkflowIndex.RESOURCE,
            SpecJson.write(
                new WorkflowIndex(
                    SpecJson.FORMAT_VERSION,
                    "com.acme:demo",
                    "1",
                    List.of(),
                    List.of(
                        new WorkflowIndex.Entry(
                            "ports", PortsWorkflow.class.getName(), List.of("count"))))));
  }

  @AfterEach
  void stop() throws Exception {
    google().close();
    bigQuery.close();
  }

  @Test
  void everyRequestCarriesTheTokenOfTheAccount() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + TARGET);
    assertThat(run("ports.count")).as(output()).isZero();

    assertThat(google().ownTokens())
        .containsExactly(Map.of("iss", GoogleOnLoopback.POD, "scope", SCOPE));
    TokenRequest request = onlyTokenRequest();
    assertThat(request.account()).isEqualTo(TARGET);
    assertThat(request.authorization()).isEqualTo("Bearer " + GoogleOnLoopback.TOKEN_OF_POD);
    assertThat(request.body().path("delegates")).isEmpty();
    assertThat(request.body().path("scope")).hasSize(1);
    assertThat(request.body().at("/scope/0").asText()).isEqualTo(SCOPE);
    assertThat(request.body().path("lifetime").asText()).isEqualTo("3600s");

    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.authorizations)
        .hasSameSizeAs(bigQuery.requests)
        .containsOnly("Bearer " + GoogleOnLoopback.tokenOf(TARGET));
    assertThat(google().refusedHosts()).isEmpty();
    assertThat(output()).contains(" as=" + TARGET).doesNotContain("ya29.");
  }

  @Test
  void delegatesAreNamedInTheirOrder() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + String.join(",", DELEGATE, SECOND, TARGET));
    assertThat(run("ports.count")).as(output()).isZero();
    TokenRequest request = onlyTokenRequest();
    assertThat(request.account()).isEqualTo(TARGET);
    assertThat(request.body().path("delegates"))
        .extracting(delegate -> delegate.asText())
        .containsExactly(
            "projects/-/serviceAccounts/" + DELEGATE, "projects/-/serviceAccounts/" + SECOND);
  }

  @Test
  void aJobThatTakesItBackActsAsItsPod() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + TARGET);
    assertThat(run("ports.as_the_pod")).as(output()).isZero();
    assertThat(google().otherTokens()).isEmpty();
    assertThat(bigQuery.authorizations)
        .isNotEmpty()
        .containsOnly("Bearer " + GoogleOnLoopback.TOKEN_OF_POD);
  }

  @Test
  void theAccountOfTheDatasetWinsOverTaskAndEnvironment() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + TARGET);
    assertThat(run("ports.as_the_dataset")).as(output()).isZero();
    assertThat(onlyTokenRequest().account()).isEqualTo(PortsWorkflow.ACCOUNT_OF_DATASET);
    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.authorizations)
        .hasSameSizeAs(bigQuery.requests)
        .containsOnly("Bearer " + GoogleOnLoopback.tokenOf(PortsWorkflow.ACCOUNT_OF_DATASET));
  }

  @Test
  void aMissingGrantIsAnsweredWithTheCommandsOfTheChain() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + DELEGATE + "," + TARGET);
    google()
        .refuse(
            403,
            "{\"error\": {\"code\": 403, \"status\": \"PERMISSION_DENIED\", \"message\":"
                + " \"Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it"
                + " may not exist).\"}}");
    assertThat(run("ports.count")).isEqualTo(2);
    assertThat(output())
        .contains(
            "Cannot act as "
                + TARGET
                + ": permission iam.serviceAccounts.getAccessToken is denied, or the account does"
                + " not exist. Grant it, wait a minute or two, and run the job again:\n"
                + "  gcloud iam service-accounts add-iam-policy-binding "
                + DELEGATE
                + " --member=serviceAccount:"
                + GoogleOnLoopback.POD
                + " --role=roles/iam.serviceAccountTokenCreator\n"
                + "  gcloud iam service-accounts add-iam-policy-binding "
                + TARGET
                + " --member=serviceAccount:"
                + DELEGATE
                + " --role=roles/iam.serviceAccountTokenCreator\n")
        .doesNotContain("ya29.");
    assertThat(bigQuery.requests).isEmpty();
  }

  @Test
  void aServerThatFailsIsNotTakenForAWrongConfiguration() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + TARGET);
    google().refuse(503, "{}");
    assertThat(run("ports.count")).isEqualTo(1);
    assertThat(output()).contains("Cannot act as " + TARGET + ": Google answered 503.");
  }

  @Test
  void withoutCredentialsTheJobSaysHowToGetThem() throws Exception {
    configure("bigflow.impersonateServiceAccount=" + TARGET);
    assertThat(run("ports.count", Map.of("NO_GCE_CHECK", "true"))).isEqualTo(2);
    assertThat(output())
        .contains(
            "There are no Google credentials for this job. On your machine run: gcloud auth"
                + " application-default login. In Composer the pod acts as the environment's"
                + " service account, without any setting.");
  }

  private TokenRequest onlyTokenRequest() {
    assertThat(google().otherTokens()).hasSize(1);
    return google().otherTokens().get(0);
  }

  private GoogleOnLoopback google() {
    return java.util.Objects.requireNonNull(started);
  }

  private void configure(String line) {
    new ProjectDirectory(folder).with("application-dev.properties", "gcp.project=demo", line);
  }

  private int run(String job) throws Exception {
    return run(
        job,
        Map.of("GOOGLE_APPLICATION_CREDENTIALS", GoogleOnLoopback.writeKey(folder).toString()));
  }

  private int run(String job, Map<String, String> variables) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(google().jvmOptions());
    command.addAll(
        List.of(
            "-Duser.home=" + folder,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            folder + File.pathSeparator + System.getProperty("java.class.path"),
            "io.bigflow.launch.Launcher",
            "run",
            "--job=" + job,
            "--runtime=2026-01-01",
            "--env=dev"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    // Whatever this machine has of Google's must not be seen.
    builder.environment().keySet().removeIf(name -> name.matches("(GOOGLE|CLOUDSDK|GCE|GCLOUD).*"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    if (!process.waitFor(100, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  private String output() throws Exception {
    Path file = folder.resolve("output");
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
