// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One Composer for two environments, under Google's own host names: a service account's key, a
 * proxy and a private certificate authority lead to the bucket, the registry and Composer's API,
 * and each of them refuses who has no valid token.
 */
final class CentralComposerIT {
  private static final String BUCKET = "europe-west1-central-bucket";
  private static final String DEPLOYER = "ci@acme-prod.iam.gserviceaccount.com";
  private static final String PODS = "composer@acme-prod.iam.gserviceaccount.com";
  private static final String JOBS = "jobs@acme-dev.iam.gserviceaccount.com";
  private static final String REPOSITORY = FakeGoogle.REGISTRY + "/acme-prod/bigflow/hello";
  private static final String PROXY_PASSWORD = "proxy-s3cret-canary";
  private static final String CONFIG_PASSWORD = "job-s3cret-canary";
  private static final String DEV = "dags/com.example.hello/dev/hello.py";
  private static final String PROD = "dags/com.example.hello/prod/hello.py";

  private static final FakeGcs GCS = FakeGcs.start();
  private static final FakeRegistry REGISTRY = FakeRegistry.start();
  private static final FakeGoogle GOOGLE =
      FakeGoogle.start()
          .requiringProxyLogin("builder", PROXY_PASSWORD)
          .storage(GCS)
          .registry(REGISTRY)
          .api("composer.googleapis.com", CentralComposerIT::composer);

  private static final List<String> PRINTED = new ArrayList<>();
  private static Scenario project = Scenario.at(Path.of(""));
  private static String key = "";
  private static volatile String image = "composer-3-airflow-3.3.1-build.2";

  @BeforeAll
  static void deployBoth() throws IOException, InterruptedException {
    // The proxy leads to no Maven repository, so the plugins of the build have to be here before.
    Scenario.copy("hello", "central-composer-plugins")
        .maven()
        .with("bigflow.dagsBucket", "file:local-composer")
        .run("deploy")
        .succeeded();
    project = Scenario.copy("hello", "central-composer");
    key = GOOGLE.key(DEPLOYER);
    GCS.createBucket(BUCKET);
    GCS.createBucket(
        "acme-dev-dataflow",
        "EUROPE-WEST1",
        Map.of("roles/storage.objectUser", "serviceAccount:" + JOBS));
    project
        .write("key.json", key)
        .write(".gitignore", "target/\nkey.json\n")
        .write(
            "src/main/resources/application-dev.properties",
            "gcp.project=acme-dev\nbigflow.impersonateServiceAccount="
                + JOBS
                + "\ndatabase.password="
                + CONFIG_PASSWORD
                + "\ndataflow.tempLocation=gs://${gcp.project}-dataflow/temp"
                + "\ndataflow.region=europe-west1\n")
        .write("src/main/resources/application-prod.properties", "gcp.project=acme-prod\n")
        .replace(
            "pom.xml",
            "    <profile>\n      <id>local</id>",
            """
                <profile>
                  <id>prod</id>
                  <properties>
                    <bigflow.authMethod>service_account</bigflow.authMethod>
                    <bigflow.keyFile>${project.basedir}/key.json</bigflow.keyFile>
                    <bigflow.gcpProjectId>acme-prod</bigflow.gcpProjectId>
                    <bigflow.composer.environment>central</bigflow.composer.environment>
                    <bigflow.composer.region>europe-west1</bigflow.composer.region>
                    <bigflow.image.repository>%s</bigflow.image.repository>
                    <bigflow.image.base>jdk</bigflow.image.base>
                  </properties>
                </profile>
                <profile>
                  <id>local</id>"""
                .formatted(REPOSITORY))
        .commit();
    assertThat(maven("dev").run("deploy").succeeded().output())
        .contains(
            "Composer environment central (project acme-prod, europe-west1):"
                + " composer-3-airflow-3.3.1-build.2, gs://"
                + BUCKET)
        .contains("Image pushed: " + REPOSITORY)
        .contains("Deployed to gs://" + BUCKET + " as number 1: 1 added");
  }

  @AfterAll
  static void stop() throws IOException {
    requireNoSecretInAnyOutput();
    GOOGLE.close();
    GCS.close();
    REGISTRY.close();
  }

  @Test
  void environmentsLiveSideBySide() throws IOException {
    SortedMap<String, FakeGcs.Stored> before = new TreeMap<>(GCS.objects(BUCKET));
    assertThat(before).containsKey(DEV).doesNotContainKey(PROD);
    assertThat(GCS.object(BUCKET, DEV).text()).contains("dag_id=\"hello__dev\"");

    assertThat(maven("prod").run("deploy").succeeded().output())
        .contains("Deployed to gs://" + BUCKET + " as number 1: 1 added");

    assertThat(GCS.object(BUCKET, PROD).text()).contains("dag_id=\"hello__prod\"");
    assertThat(GCS.objects(BUCKET)).containsAllEntriesOf(before);
    assertThat(GCS.objects(BUCKET))
        .containsKeys(
            "bigflow/com.example.hello/dev/record.json",
            "bigflow/com.example.hello/prod/record.json");

    // What is built now is prod's.
    assertThat(maven("dev").run("bigflow:deploy").exited(1).output())
        .contains("built for environment 'prod', but this deployment is for 'dev'")
        .contains("mvn clean deploy -Dbigflow.env=dev")
        .contains("docs/troubleshooting.md#built-for-another-environment");
    assertThat(
            maven("prod")
                .with("bigflow.composer.environment", "other")
                .run("bigflow:deploy")
                .exited(1)
                .output())
        .contains(
            "built to be deployed to"
                + " 'projects/acme-prod/locations/europe-west1/environments/central'")
        .contains("docs/troubleshooting.md#built-for-another-target");

    // Another one's undeployment leaves the first one alone.
    assertThat(maven("prod").run("bigflow:undeploy").succeeded().output()).contains("1 removed");
    assertThat(GCS.object(BUCKET, DEV).generation())
        .isEqualTo(Objects.requireNonNull(before.get(DEV)).generation());
    assertThat(GCS.objects(BUCKET)).doesNotContainKey(PROD);
  }

  /** What Composer says of itself counts, and it is asked before anything is pushed. */
  @Test
  void anOperatorThatTheEnvironmentCannotHaveStopsTheDeployment() throws IOException {
    String source = "src/main/java/com/example/hello/LoadWorkflow.java";
    project.write(
        source,
        """
        package com.example.hello;

        import io.bigflow.operators.BigQueryOperators;
        import io.bigflow.workflow.DefinitionContext;
        import io.bigflow.workflow.Task;
        import io.bigflow.workflow.Workflow;
        import io.bigflow.workflow.WorkflowDefinition;
        import java.util.Map;

        public final class LoadWorkflow implements WorkflowDefinition {
          @Override
          public Workflow define(DefinitionContext context) {
            return Workflow.builder("load")
                .task(Task.operator("load", BigQueryOperators.job("p", Map.of()).with("durable", true)))
                .build();
          }
        }
        """);
    image = "composer-3-airflow-2.10.5-build.10";
    try {
      String refused =
          "The image composer-3-airflow-2.10.5-build.10 (google 15.1.0) has no argument 'durable' of"
              + " BigQueryInsertJobOperator, which came with google 22.4.0";
      assertThat(maven("dev").run("deploy").exited(1).output())
          .contains(
              "The Composer environment central (project acme-prod, europe-west1) could not import"
                  + " all DAG files:")
          .contains(refused)
          .contains("com.example.hello.LoadWorkflow, workflow 'load', task 'load'")
          .doesNotContain("Image pushed");
      assertThat(maven("dev").run("bigflow:plan").exited(1).output()).contains(refused);
      // What is not deployed does not matter.
      assertThat(maven("dev").with("bigflow.workflows", "hello").run("bigflow:plan").output())
          .doesNotContain(refused)
          .contains("1 to change");
      // The build itself refuses it for an image that is named.
      assertThat(
              maven("dev").with("bigflow.composer.image", image).run("package").exited(1).output())
          .contains(refused);
      // Somebody has installed a later provider there.
      assertThat(
              maven("dev")
                  .with("bigflow.airflow.providers", "google=22.8.0")
                  .run("bigflow:plan")
                  .output())
          .contains("1 to add");
    } finally {
      image = "composer-3-airflow-3.3.1-build.2";
      Files.delete(project.file(source));
      Files.deleteIfExists(project.file("target/classes/com/example/hello/LoadWorkflow.class"));
    }
    maven("dev").run("deploy").succeeded();
  }

  @Test
  void theDoctorNamesWhatIsMissingAndTheCommands() throws IOException {
    GOOGLE
        .api("serviceusage.googleapis.com", CentralComposerIT::services)
        .api("artifactregistry.googleapis.com", CentralComposerIT::repository)
        .api("cloudresourcemanager.googleapis.com", request -> policy(Map.of()))
        .api("iam.googleapis.com", request -> policy(Map.of()));
    GCS.clearRequests();
    MavenResult result = maven("dev").run("process-classes", "bigflow:doctor").exited(1);
    // The command and every line that the page shows.
    assertThat(Documentation.commands("docs/doctor.md"))
        .containsExactly("mvn process-classes bigflow:doctor -Pprod -Dbigflow.env=dev");
    List<String> shown =
        Documentation.blocks("docs/doctor.md", "text").stream()
            .flatMap(String::lines)
            .filter(line -> line.startsWith("["))
            .toList();
    assertThat(shown).hasSize(10);
    assertThat(result.lines()).containsSubsequence(shown);
    assertThat(result.output()).contains("2 checks failed");
    JsonNode findings = new ObjectMapper().readTree(project.read("target/bigflow/doctor.json"));
    assertThat(GCS.requests()).isNotEmpty().allMatch(request -> request.method().equals("GET"));
    assertThat(findings.path("findings").findValuesAsText("verdict"))
        .contains("OK", "FAILED")
        .doesNotContain("UNKNOWN");
  }

  // gcloud's file of a login has no name in it, so Google is asked whose token it is.
  @Test
  void theDoctorSaysWhoIsLoggedIn() throws IOException {
    Path login = project.file("target/adc.json");
    Files.writeString(login, GOOGLE.user("jane@example.com", "1//refresh-token"));
    assertThat(
            maven("dev")
                .with("bigflow.authMethod", "local_account")
                .environment("GOOGLE_APPLICATION_CREDENTIALS", login.toString())
                .run("bigflow:doctor")
                .output())
        .contains(
            "ok      credentials: a token was given to the application default credentials,"
                + " jane@example.com");
  }

  @Test
  void theConfigurationInForceIsShownWithItsOrigins() throws IOException {
    MavenResult result =
        maven("dev").environment("BIGFLOW_HISTORY_KEPT", "7").run("bigflow:config").succeeded();
    assertThat(result.output())
        .containsPattern("bigflow.env +dev +command line, -Dbigflow.env")
        .containsPattern("bigflow.composer.environment +central +profile 'prod' of pom.xml")
        .containsPattern("bigflow.history.kept +7 +variable BIGFLOW_HISTORY_KEPT")
        .containsPattern("bigflow.deploy.drift +overwrite +default")
        .containsPattern("gcp.project +acme-dev +application-dev.properties:1")
        .containsPattern("database.password +\\(not shown\\) +application-dev.properties:3")
        .doesNotContain(CONFIG_PASSWORD);
    JsonNode config = new ObjectMapper().readTree(project.read("target/bigflow/config.json"));
    assertThat(config.path("parameters").findValuesAsText("name")).contains("bigflow.env");
    assertThat(config.path("jobs").findValuesAsText("key")).contains("gcp.project");
  }

  @Test
  void aWrongKeyIsRefusedEverywhere() throws IOException {
    try (FakeGoogle stranger = FakeGoogle.start()) {
      project.write("stranger.json", stranger.key(DEPLOYER));
    }
    for (String goal : List.of("bigflow:plan", "bigflow:history", "bigflow:doctor")) {
      assertThat(maven("dev").with("bigflow.keyFile", "stranger.json").run(goal).exited(1).output())
          .as(goal)
          .contains("Cannot get an access token from the key of '" + DEPLOYER + "'")
          .contains("fix:")
          .doesNotContain("ya29.");
    }
    Files.delete(project.file("stranger.json"));
  }

  @Test
  void theOtherGoalsWorkWithTheSameCredentials() {
    assertThat(
            maven("dev")
                .with("bigflow.workflow", "hello")
                .run("package", "bigflow:plan", "bigflow:history", "bigflow:run")
                .exited(0)
                .output())
        .contains("No changes: the bucket is as it was built.")
        .contains("number 1 (version 1.0.0");
  }

  // All runs were made with -X, which shows more than anybody wants to see.
  private static void requireNoSecretInAnyOutput() throws IOException {
    List<String> secrets = new ArrayList<>(List.of(PROXY_PASSWORD, CONFIG_PASSWORD));
    String privateKey = new ObjectMapper().readTree(key).path("private_key").asText();
    secrets.add(privateKey.lines().skip(3).findFirst().orElseThrow());
    secrets.addAll(GOOGLE.tokens());
    assertThat(GOOGLE.tokens()).isNotEmpty();
    assertThat(PRINTED).hasSizeGreaterThan(1000);
    for (String secret : secrets) {
      assertThat(PRINTED).as("output of the builds").noneMatch(line -> line.contains(secret));
      GCS.objects(BUCKET)
          .forEach(
              (path, object) ->
                  assertThat(new String(object.content(), ISO_8859_1))
                      .as(path)
                      .doesNotContain(secret));
    }
    // The job configuration is part of the image, which is why passwords belong into secrets of
    // Kubernetes; nothing else of what the deployer knows may be there.
    secrets.remove(CONFIG_PASSWORD);
    try (Stream<Path> files = Files.walk(project.file("target/bigflow"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, ISO_8859_1);
        secrets.forEach(
            secret -> assertThat(content.contains(secret)).as(file.toString()).isFalse());
      }
    }
  }

  private static MavenBuild maven(String env) {
    List<String> trust =
        GOOGLE.jvmArguments().stream().filter(argument -> argument.contains("trustStore")).toList();
    return project
        .maven()
        .options("-Pprod", "-X")
        .with("bigflow.env", env)
        .environment(
            "MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC " + String.join(" ", trust))
        .settings(
            "<proxies><proxy><id>p</id><active>true</active><protocol>https</protocol>"
                + "<host>127.0.0.1</host><port>"
                + GOOGLE.proxy().getPort()
                + "</port><username>builder</username><password>"
                + PROXY_PASSWORD
                + "</password></proxy></proxies>")
        .echo(PRINTED::add);
  }

  // ---- what Google's APIs answer

  private static FakeGoogle.Reply composer(FakeGoogle.Request request) {
    if (!request
        .path()
        .startsWith("/v1/projects/acme-prod/locations/europe-west1/environments/central")) {
      return FakeGoogle.apiError(404, "NOT_FOUND", "not found", "", Map.of());
    }
    return FakeGoogle.Reply.json(
        200,
        Map.of(
            "name",
            "projects/acme-prod/locations/europe-west1/environments/central",
            "state",
            "RUNNING",
            "storageConfig",
            Map.of("bucket", BUCKET),
            "config",
            Map.of(
                "dagGcsPrefix",
                "gs://" + BUCKET + "/dags",
                "softwareConfig",
                Map.of("imageVersion", image),
                "nodeConfig",
                Map.of("serviceAccount", PODS))));
  }

  private static FakeGoogle.Reply services(FakeGoogle.Request request) {
    List<Map<String, String>> services = new ArrayList<>();
    for (String name :
        List.of(
            "composer.googleapis.com",
            "storage.googleapis.com",
            "artifactregistry.googleapis.com")) {
      if (request.path().contains(name)) {
        services.add(Map.of("name", "projects/1/services/" + name, "state", "ENABLED"));
      }
    }
    services.add(
        Map.of("name", "projects/1/services/iamcredentials.googleapis.com", "state", "DISABLED"));
    return FakeGoogle.Reply.json(200, Map.of("services", services));
  }

  private static FakeGoogle.Reply repository(FakeGoogle.Request request) {
    return request.path().endsWith(":testIamPermissions")
        ? FakeGoogle.Reply.json(
            200, Map.of("permissions", List.of("artifactregistry.repositories.uploadArtifacts")))
        : policy(Map.of("roles/artifactregistry.reader", PODS));
  }

  private static FakeGoogle.Reply policy(Map<String, String> roles) {
    return FakeGoogle.Reply.json(
        200,
        Map.of(
            "bindings",
            roles.entrySet().stream()
                .map(
                    role ->
                        Map.of(
                            "role",
                            role.getKey(),
                            "members",
                            List.of("serviceAccount:" + role.getValue())))
                .toList()));
  }
}
