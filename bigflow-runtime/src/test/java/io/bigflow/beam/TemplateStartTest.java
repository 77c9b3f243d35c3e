// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Template;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Templates that are started without Airflow. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TemplateStartTest {

  /** What each run says. */
  public interface ReadOptions extends PipelineOptions {
    /** The texts. */
    ValueProvider<String> getInput();

    /** The texts. */
    void setInput(ValueProvider<String> value);
  }

  private static final String FILE =
      "gs://my-project-dataflow/staging/bigflow/x/dev/uploads/abc/template";

  private static final BeamTemplate READ =
      BeamTemplate.of(
              (pipeline, context) ->
                  pipeline.apply(
                      TextIO.read().from(pipeline.getOptions().as(ReadOptions.class).getInput())))
          .options(ReadOptions.class)
          .parameter("input", Template.join("gs://texts/", Template.runtime("%Y-%m-%d")));

  private FakeDataflow dataflow;

  @BeforeEach
  void start() throws IOException {
    dataflow = new FakeDataflow().template(FILE);
  }

  @AfterEach
  void stop() {
    dataflow.close();
  }

  @Test
  void dataflowIsToldWhatAirflowTellsIt() throws Exception {
    READ.start(
        BeamRun.on(dataflow)
            .with("beam.maxNumWorkers", "7")
            .with("beam.labels", "{\"team\": \"sales\"}")
            .with("beam.usePublicIps", "false")
            .with("beam.serviceAccount", "workers@my-project.iam.gserviceaccount.com")
            .context(),
        FILE);

    assertThat(dataflow.requests("POST")).hasSize(1);
    FakeDataflow.Request launch = dataflow.requests("POST").get(0);
    assertThat(launch.path())
        .contains("/projects/my-project/locations/europe-west1/templates:launch")
        .contains("gcsPath=" + FILE);
    String name = launch.body().path("jobName").asText();
    assertThat(name).matches("sales-count-words-dev-[0-9a-f]{8}");
    assertThat(launch.body())
        .isEqualTo(
            FakeDataflow.json(
                """
                {
                  "jobName": "%s",
                  "parameters": {"input": "gs://texts/2026-01-01"},
                  "environment": {
                    "tempLocation": "gs://my-project-dataflow/temp",
                    "maxWorkers": 7,
                    "ipConfiguration": "WORKER_IP_PRIVATE",
                    "serviceAccountEmail": "workers@my-project.iam.gserviceaccount.com",
                    "additionalUserLabels": {
                      "team": "sales",
                      "bigflow-workflow": "sales",
                      "bigflow-job": "count_words",
                      "bigflow-env": "dev"
                    }
                  }
                }
                """
                    .formatted(name)));
    assertThat(dataflow.state(dataflow.jobs().get(0).path("id").asText()))
        .isEqualTo("JOB_STATE_DONE");
  }

  @Test
  void aFlexTemplateIsToldWhichTaskOfWhichImageIsMeant() throws Exception {
    READ.flex().start(BeamRun.on(dataflow).context(), FILE);

    FakeDataflow.Request launch = dataflow.requests("POST").get(0);
    assertThat(launch.path())
        .contains("/projects/my-project/locations/europe-west1/flexTemplates:launch");
    assertThat(launch.body().path("launchParameter").path("containerSpecGcsPath").asText())
        .isEqualTo(FILE);
    assertThat(launch.body().path("launchParameter").path("parameters"))
        .isEqualTo(
            FakeDataflow.json(
                """
                {
                  "input": "gs://texts/2026-01-01",
                  "bigflowTask": "sales.count_words",
                  "bigflowEnv": "dev",
                  "bigflowImage": "%s"
                }
                """
                    .formatted(BeamRun.IMAGE)));
    assertThat(
            launch
                .body()
                .path("launchParameter")
                .path("environment")
                .path("stagingLocation")
                .asText())
        .isEqualTo("gs://my-project-dataflow/staging/launches");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> READ.flex().start(BeamRun.on(dataflow).image(null).context(), FILE))
        .withMessageContaining("give --image");
  }

  @Test
  void actsAsTheAccountOfTheTask() throws Exception {
    READ.start(
        BeamRun.on(dataflow)
            .with("beam.credentialFactoryClass", AccountAsToken.class.getName())
            .with(Impersonation.KEY, "jobs@my-project.iam.gserviceaccount.com")
            .context(),
        FILE);
    assertThat(dataflow.requests("POST").get(0).token())
        .isEqualTo("Bearer jobs@my-project.iam.gserviceaccount.com");
  }

  @Test
  void aRunThatGoesOnIsWaitedForAndNotStartedTwice() throws Exception {
    JobContext context = BeamRun.on(dataflow).context();
    String id = dataflow.add(JobNames.of(context, false), "JOB_STATE_PENDING", Map.of());
    READ.start(context, FILE);
    assertThat(dataflow.requests("POST")).isEmpty();
    assertThat(dataflow.state(id)).isEqualTo("JOB_STATE_DONE");
  }

  @Test
  void itsFailureIsTheJobs() {
    dataflow.newJobsBecome("JOB_STATE_FAILED");
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(() -> READ.start(BeamRun.on(dataflow).context(), FILE))
        .withMessageContaining("of sales.count_words ended as FAILED");
  }

  @Test
  void saysWhyItCannotStart() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> READ.start(BeamRun.on(dataflow).context(), "gs://b/none/template"))
        .withMessage(
            "Dataflow finds no template gs://b/none/template. A deployment brings it there: mvn"
                + " deploy with the same bigflow.env and image.");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                READ.parameter("input", Template.xcom("find"))
                    .start(BeamRun.on(dataflow).context(), FILE))
        .withMessageContaining("can be completed in Airflow only");
    dataflow.refuseNewJobsWith(400);
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(() -> READ.start(BeamRun.on(dataflow).context(), FILE))
        .withMessageContaining("Dataflow did not take the pipeline of sales.count_words")
        .withMessageContaining("This job is not taken");
    dataflow.refuseAllWith(403);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> READ.start(BeamRun.on(dataflow).context(), FILE))
        .withMessageContaining("roles/dataflow.developer");
    assertThat(dataflow.jobs()).isEmpty();
  }
}
