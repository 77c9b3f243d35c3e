// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagContext;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.DagFile;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeDataflow;
import io.bigflow.git.SourceRevision;
import io.bigflow.image.BuiltImage;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Streaming jobs in the goals that deploy and that show what is deployed. */
final class StreamingGoalsTest {
  private static final String HEX = "ab".repeat(32);
  private static final String REPOSITORY = LocalImage.repository("jobs");
  private static final String NAME = "ticks-keep-local-01234567";

  abstract static class Goals extends AllGoals {
    final FakeAirflow airflow = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_3);
    final FakeDataflow dataflow = FakeDataflow.start();

    @Override
    Properties userProperties() {
      Properties properties = new Properties();
      properties.setProperty("bigflow.dagsBucket", "file:composer");
      properties.setProperty("bigflow.airflow.url", airflow.url());
      properties.setProperty("bigflow.dataflow.endpoint", dataflow.url());
      return properties;
    }

    @AfterEach
    final void stop() {
      airflow.close();
      dataflow.close();
    }

    /** As build-image and build-dags leave it; the image is where deploy-image puts it. */
    final void build(String text, String region) throws IOException {
      Path output = directory.resolve("target/bigflow");
      BuiltImage image =
          new BuiltImage(
              BuiltImage.FORMAT_VERSION,
              REPOSITORY,
              "1.0.0-x",
              "sha256:" + HEX,
              "sha256:" + HEX,
              List.of());
      SpecJson.write(image, output.resolve("image.json"));
      Path archive = directory.resolve("composer/images").resolve(REPOSITORY);
      Files.createDirectories(archive);
      Files.write(archive.resolve(HEX + ".tar"), new byte[0]);
      DagContext context =
          new DagContext(
              "com.example",
              "jobs",
              "1.0.0",
              "local",
              DagIdPattern.DEFAULT,
              image.pinned(),
              new SourceRevision("", false),
              "0.1.0");
      new DagDirectory(output)
          .write(
              List.of(
                  file("ticks", text, List.of(streaming(region))), file("plain", text, List.of())),
              context,
              "file:");
    }

    private static DagFile file(String workflow, String text, List<BuiltDags.Streaming> streaming) {
      return new DagFile(
          "dags/com.example.jobs/local/" + workflow + ".py",
          workflow + "__local",
          workflow,
          tag(text),
          text,
          List.of(),
          streaming);
    }

    private static BuiltDags.Streaming streaming(String region) {
      return new BuiltDags.Streaming("keep", NAME, "my-project", region);
    }

    static String tag(String text) {
      return "bigflow-build:" + (text + "0".repeat(12)).substring(0, 12);
    }

    /** Airflow has parsed what was built of a text. */
    final void parsed(String text) {
      for (String workflow : List.of("ticks", "plain")) {
        airflow.dag(
            workflow + "__local",
            "com.example.jobs/local/" + workflow + ".py",
            "bigflow",
            "env:local",
            tag(text));
      }
    }
  }

  @Nested
  final class Status extends Goals {
    @BeforeEach
    void deploy() throws Exception {
      build("a", "europe-west1");
      execute(goal(DeployDagsMojo.class));
      parsed("a");
    }

    @Test
    void showsWhatDataflowHas() throws Exception {
      dataflow.job(
          NAME,
          "2026-1",
          "RUNNING",
          "2026-01-01T00:00:00Z",
          Map.of("bigflow-image", HEX.substring(0, 32)));
      assertThat(execute(goal(StatusMojo.class)))
          .contains(
              "streaming job ticks.keep: running since 2026-01-01T00:00:00Z, of the deployed build",
              "  2026-1 https://console.cloud.google.com/dataflow/jobs/europe-west1/2026-1"
                  + "?project=my-project");
      assertThat(directory.resolve("target/bigflow/status.json"))
          .content()
          .contains("\"streaming\" : [")
          .contains("\"state\" : \"running\"")
          .contains("\"deployed\" : true");
    }

    @Test
    void showsTheRestIfDataflowRefuses() throws Exception {
      dataflow.refusing(403, "{}");
      assertThat(execute(goal(StatusMojo.class)))
          .anySatisfy(line -> assertThat(line).startsWith("ticks__local "))
          .anySatisfy(line -> assertThat(line).startsWith("plain__local "))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith("streaming job ticks.keep: unknown, Cannot ask Dataflow in")
                      .contains("gcloud projects add-iam-policy-binding my-project ")
                      .endsWith("--role=roles/dataflow.viewer."));
    }
  }

  @Nested
  final class Deploy extends Goals {
    @Test
    void saysThatTheNextRunTakesOver() throws Exception {
      build("a", "europe-west1");
      assertThat(execute(goal(DeployDagsMojo.class)))
          .contains(
              "Streaming jobs become those of this build with the next run of ticks__local;"
                  + " -Dbigflow.deploy.startStreaming=true starts it at once");
      assertThat(execute(goal(DeployDagsMojo.class)))
          .noneMatch(line -> line.startsWith("Streaming jobs"));
      assertThat(airflow.bodies()).isEmpty();
      assertThat(dataflow.requests()).isEmpty();
    }
  }

  @Nested
  final class DeployAndStart extends Goals {
    @Override
    Properties userProperties() {
      Properties properties = super.userProperties();
      properties.setProperty("bigflow.deploy.startStreaming", "true");
      properties.setProperty("bigflow.deploy.wait.timeout", "1");
      return properties;
    }

    @Test
    void triggersOneRunOfTheWorkflow() throws Exception {
      build("a", "europe-west1");
      parsed("a");
      List<String> said = execute(goal(DeployDagsMojo.class));
      assertThat(said)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .matches(
                          "Triggered ticks__local, run manual__.*, which brings its streaming job"
                              + " to this build"));
      assertThat(airflow.bodies()).hasSize(1);
      assertThat(airflow.requests())
          .filteredOn(request -> request.method().equals("POST"))
          .singleElement()
          .asString()
          .startsWith("POST /api/v2/dags/ticks__local/dagRuns ");

      // Nothing has changed, so nothing is to be replaced.
      execute(goal(DeployDagsMojo.class));
      assertThat(airflow.bodies()).hasSize(1);
    }

    @Test
    void leavesAPausedDagAlone() throws Exception {
      build("a", "europe-west1");
      parsed("a");
      airflow.paused("ticks__local");
      assertThat(execute(goal(DeployDagsMojo.class)))
          .contains(
              "ticks__local is paused, so its streaming job stays as it is until a run: mvn"
                  + " bigflow:unpause -Dbigflow.workflow=ticks -Dbigflow.env=local");
      assertThat(airflow.bodies()).isEmpty();
    }

    @Test
    void waitsForThisVersion() throws Exception {
      build("a", "europe-west1");
      parsed("b");
      assertThatThrownBy(() -> execute(goal(DeployDagsMojo.class)))
          .hasMessageContaining("Airflow has not parsed 1 of 1 DAGs within")
          .hasMessageContaining("ticks__local");
      assertThat(airflow.bodies()).isEmpty();
    }

    @Test
    void failsIfARunCannotBeTriggered() throws Exception {
      build("a", "europe-west1");
      parsed("a");
      airflow.param("ticks__local", "raw", "{\"value\": null, \"schema\": {\"type\": \"string\"}}");
      assertThatThrownBy(() -> execute(goal(DeployDagsMojo.class)))
          .hasMessageContaining(
              "The deployment is done, but not all streaming jobs could be started")
          .hasMessageContaining("Parameter 'raw' is missing");
    }

    @Test
    void aRollbackTakesOverToo() throws Exception {
      build("a", "europe-west1");
      parsed("a");
      execute(goal(DeployDagsMojo.class));
      build("b", "europe-west1");
      parsed("b");
      execute(goal(DeployDagsMojo.class));
      parsed("a");
      execute(goal(RollbackMojo.class));
      assertThat(airflow.bodies()).hasSize(3);
    }
  }

  @Nested
  final class DeployAndStartSomewhere extends Goals {
    @Override
    Properties userProperties() {
      Properties properties = super.userProperties();
      properties.setProperty("bigflow.deploy.startStreaming", "true");
      properties.remove("bigflow.airflow.url");
      return properties;
    }

    @Test
    void needsTheAddressOfAirflowBeforeAnythingIsChanged() throws Exception {
      build("a", "europe-west1");
      assertThatThrownBy(() -> execute(goal(DeployDagsMojo.class)))
          .hasMessageContaining(
              "The deployment is to start streaming jobs over Airflow, but its address is unknown")
          .hasMessageContaining("bigflow.airflow.url");
      assertThat(directory.resolve("composer/dags")).doesNotExist();
    }
  }
}
