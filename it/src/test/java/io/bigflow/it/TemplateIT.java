// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.fakes.FakeDataflow;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pipeline that Airflow starts from a template, from the build to the rollback. */
final class TemplateIT {
  private static final String BUCKET = "europe-composer-bucket";
  private static final String DATAFLOW = "acme-dataflow";
  private static final String FOLDER = "staging/bigflow/com.example.templates/dev/uploads/";
  private static final String DEV = "src/main/resources/application-dev.properties";
  private static final String DAG = "dags/com.example.templates/dev/counting.py";
  private static final Pattern ADDRESS =
      Pattern.compile(
          "\"gs://acme-dataflow/staging/bigflow/\"\\s+\"([^\"]+)\"\\s+\"([0-9a-f]{64})/\"");

  private final FakeGcs gcs = FakeGcs.start();
  private final FakeRegistry registry = FakeRegistry.start();
  private final FakeDataflow dataflow = FakeDataflow.start();

  @BeforeEach
  void makeBuckets() {
    gcs.createBucket(BUCKET);
    gcs.createBucket(DATAFLOW);
  }

  @AfterEach
  void stop() {
    gcs.close();
    registry.close();
    dataflow.close();
  }

  @Test
  void aTemplateIsDeployedPlannedAndRolledBackWithItsDag() throws IOException {
    Scenario project = Scenario.copy("templates", "templates");
    project.write(
        DEV,
        project.read(DEV)
            + "beam.apiRootUrl="
            + dataflow.url()
            + "/\nbeam.credentialFactoryClass="
            + "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory\n");

    assertThat(target(project).run("deploy").succeeded().output())
        .contains("Making the templates of counting.count_words")
        .contains("2 beside the DAGs uploaded");
    String first = hashInDag();
    assertThat(templates()).containsExactly(first + "/pipeline.pb", first + "/template");
    JsonNode template =
        new ObjectMapper().readTree(gcs.object(DATAFLOW, FOLDER + first + "/template").text());
    JsonNode options = template.path("environment").path("sdkPipelineOptions").path("options");
    String image =
        new ObjectMapper()
            .readTree(project.read("target/bigflow/dags.json"))
            .path("image")
            .asText();
    assertThat(options.path("sdkContainerImage").asText()).isEqualTo(image);
    assertThat(options.path("pipelineUrl").asText())
        .isEqualTo("gs://" + DATAFLOW + "/" + FOLDER + first + "/pipeline.pb");
    assertThat(
            options.path("impersonateServiceAccount").isMissingNode()
                || options.path("impersonateServiceAccount").isNull())
        .isTrue();
    assertThat(template.toString()).doesNotContain(project.directory().toString());
    assertThat(gcs.object(BUCKET, DAG).text())
        .contains("DataflowTemplatedJobStartOperator")
        .contains("impersonation_chain=[\"jobs@acme-data.iam.gserviceaccount.com\"]")
        .contains("\"serviceAccountEmail\": \"workers@acme-data.iam.gserviceaccount.com\"");

    assertThat(
            target(project)
                .with("bigflow.job", "counting.count_words")
                .with("bigflow.runtime", "2026-01-31")
                .with("bigflow.fromTemplate", "true")
                .run("bigflow:run")
                .succeeded()
                .output())
        .contains("Dataflow starts counting.count_words from its template gs://" + DATAFLOW + "/");
    assertThat(dataflow.launches()).hasSize(1);
    JsonNode launch = dataflow.launches().get(0);
    assertThat(launch.path("gcsPath").asText())
        .isEqualTo("gs://" + DATAFLOW + "/" + FOLDER + first + "/template");
    assertThat(launch.path("parameters").path("input").asText())
        .isEqualTo("target/texts/2026-01-31.txt");

    gcs.clearRequests();
    assertThat(target(project).run("deploy").succeeded().output())
        .contains("The templates of this image are made already")
        .contains("Nothing to change");
    // Beam writes other bytes, but they are made of the same.
    assertThat(target(project).run("clean", "deploy").succeeded().output())
        .contains("Making the templates")
        .contains("Nothing to change");
    assertThat(gcs.requests())
        .allMatch(request -> request.toString().matches("(LIST|GET|READ) .*"));

    project
        .replace("pom.xml", "<version>1.0.0</version>", "<version>1.0.1</version>")
        .replace(
            "src/main/java/com/example/templates/CountingWorkflow.java",
            "\"Read\"",
            "\"Read texts\"");
    target(project).run("package").succeeded();
    assertThat(target(project).run("bigflow:plan").exited(2).output())
        .contains("+ gs://" + DATAFLOW + "/" + FOLDER)
        .contains("2 beside the DAGs to upload")
        .doesNotContain("-            \"" + first);
    assertThat(templates()).hasSize(2);

    target(project).run("bigflow:deploy").succeeded();
    assertThat(hashInDag()).isNotEqualTo(first);
    assertThat(templates()).hasSize(4);

    target(project).with("bigflow.deployment", "1").run("bigflow:rollback").succeeded();
    assertThat(hashInDag()).isEqualTo(first);
    SortedMap<String, FakeGcs.Stored> left = new TreeMap<>(gcs.objects(DATAFLOW));
    left.remove(FOLDER + first + "/pipeline.pb");
    gcs.restore(DATAFLOW, left);
    target(project).run("bigflow:deploy").succeeded();
    assertThat(
            target(project)
                .with("bigflow.deployment", "1")
                .run("bigflow:rollback")
                .failed()
                .output())
        .contains("gs://" + DATAFLOW + "/" + FOLDER + first + "/pipeline.pb")
        .contains("is not in the bucket any more")
        .contains("docs/troubleshooting.md#upload-missing");
  }

  @Test
  void runsHereWithItsParametersAndSaysWhatIsMissing() throws IOException {
    Scenario project =
        Scenario.copy("templates", "templates-here")
            .write("target/texts/2026-01-31.txt", "port\nport\n");
    String run = "io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":run";
    project
        .maven()
        .with("bigflow.job", "counting.count_words")
        .with("bigflow.runtime", "2026-01-31")
        .run("compile", run)
        .succeeded();
    assertThat(project.read("target/counts-20260131")).isEqualTo("KV{port, 2}\n");

    assertThat(
            project
                .maven()
                .with("bigflow.job", "counting.count_words")
                .with("bigflow.fromTemplate", "true")
                .run("compile", run)
                .failed()
                .output())
        .contains("There is no template to start from: counting.count_words is started from none")
        .contains("beam.runner=DataflowRunner");

    project.replace(DEV, "beam.stagingLocation=", "beam.other=");
    assertThat(target(project).run("package").failed().output())
        .contains("A template of Dataflow needs the option 'stagingLocation'")
        .contains("Set beam.stagingLocation in job configuration of environment 'dev'");
    project.replace(
        DEV, "beam.other=gs://acme-dataflow", "beam.stagingLocation=gs://no-such-bucket");
    assertThat(target(project).run("deploy").failed().output())
        .contains("there is no bucket 'no-such-bucket'")
        .contains("beam.stagingLocation")
        .contains("gcloud storage buckets create gs://no-such-bucket");
    assertThat(gcs.objects(BUCKET)).isEmpty();

    // What stands for Composer's bucket stands for Dataflow's, too: nothing is sent anywhere.
    project.replace(DEV, "gs://no-such-bucket", "gs://acme-dataflow");
    project
        .maven()
        .with("bigflow.env", "dev")
        .with("bigflow.dagsBucket", "file:local-composer")
        .options("-o")
        .run("deploy")
        .succeeded();
    try (Stream<Path> files =
        Files.walk(project.file("local-composer/buckets/acme-dataflow/" + FOLDER))) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .contains("pipeline.pb", "template");
    }
    assertThat(gcs.objects(DATAFLOW)).isEmpty();
  }

  @Test
  void aFlexTemplateNeedsGooglesLauncherAndNamesTheImage() throws IOException {
    Scenario project =
        Scenario.copy("templates", "templates-flex")
            .replace(
                "src/main/java/com/example/templates/CountingWorkflow.java",
                ".configuredBy(\"counting\")",
                ".configuredBy(\"counting\").flex()");
    assertThat(target(project).run("package").failed().output())
        .contains("it has no /opt/google/dataflow/java_template_launcher")
        .contains("counting.count_words")
        .contains("docs/troubleshooting.md#no-template-launcher");

    project.write("src/main/jib/opt/google/dataflow/java_template_launcher", "Google's");
    MavenBuild deploy =
        target(project)
            .with(
                "jib.extraDirectories.permissions",
                "/opt/google/dataflow/java_template_launcher=755");
    assertThat(deploy.run("deploy").succeeded().output())
        .contains("Making the templates of counting.count_words")
        .contains("1 beside the DAGs uploaded");
    String first = hashInDag();
    assertThat(templates()).containsExactly(first + "/template");
    JsonNode template =
        new ObjectMapper().readTree(gcs.object(DATAFLOW, FOLDER + first + "/template").text());
    String image =
        new ObjectMapper()
            .readTree(project.read("target/bigflow/dags.json"))
            .path("image")
            .asText();
    assertThat(template.path("image").asText()).isEqualTo(image);
    String dag = gcs.object(BUCKET, DAG).text();
    assertThat(dag)
        .contains("DataflowStartFlexTemplateOperator")
        .contains("impersonation_chain=[\"jobs@acme-data.iam.gserviceaccount.com\"]")
        .contains("\"bigflowTask\": \"counting.count_words\"");
    assertThat(dag.replaceAll("\"\\s+\"", "")).contains("\"" + image + "\"");

    assertThat(deploy.run("clean", "deploy").succeeded().output()).contains("Nothing to change");
  }

  private String hashInDag() {
    Matcher address = ADDRESS.matcher(gcs.object(BUCKET, DAG).text());
    assertThat(address.find()).isTrue();
    assertThat(address.group(1)).isEqualTo("com.example.templates/dev/uploads/");
    return address.group(2);
  }

  private List<String> templates() {
    Set<String> paths = gcs.objects(DATAFLOW).keySet();
    assertThat(paths).allMatch(path -> path.startsWith(FOLDER));
    return paths.stream().map(path -> path.substring(FOLDER.length())).sorted().toList();
  }

  private MavenBuild target(Scenario project) {
    return project
        .maven()
        .with("bigflow.env", "dev")
        .with("bigflow.dagsBucket", "gs://" + BUCKET)
        .with("bigflow.storage.endpoint", gcs.endpoint().toString())
        .with("bigflow.image.repository", registry.repository("team/templates"))
        .with("bigflow.image.base", "jdk");
  }
}
