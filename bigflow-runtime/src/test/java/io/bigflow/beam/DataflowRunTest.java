// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Dataflow is asked for, and what becomes of its answers. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DataflowRunTest {

  private static final BeamJob BATCH =
      BeamJob.of((pipeline, context) -> pipeline.apply("Numbers", Create.of(1, 2)));
  private static final BeamJob STREAM =
      BeamJob.of((pipeline, context) -> pipeline.apply("Ticks", GenerateSequence.from(0)))
          .streaming();

  private FakeDataflow dataflow;

  @BeforeEach
  void start() throws IOException {
    dataflow = new FakeDataflow();
  }

  @AfterEach
  void stop() {
    dataflow.close();
  }

  @Test
  void aBatchJobSaysWhereItComesFromAndRunsTheProjectsImage() throws Exception {
    BATCH.execute(
        BeamRun.on(dataflow)
            .with("beam.labels", "{\"team\": \"sales\", \"bigflow-env\": \"forged\"}")
            .with("beam.experiments", "enable_recommendations")
            .with("beam.serviceAccount", "workers@my-project.iam.gserviceaccount.com")
            .with("beam.workerMachineType", "n2-standard-2")
            .with("beam.maxNumWorkers", "7")
            .with(Impersonation.KEY, "jobs@my-project.iam.gserviceaccount.com")
            .context());

    assertThat(dataflow.requests("POST")).hasSize(1);
    FakeDataflow.Request submitted = dataflow.requests("POST").get(0);
    assertThat(submitted.path()).contains("/projects/my-project/locations/europe-west1/jobs");
    JsonNode job = submitted.body();
    assertThat(job.path("name").asText()).matches("sales-count-words-dev-[0-9a-f]{8}");
    assertThat(job.path("type").asText()).isEqualTo("JOB_TYPE_BATCH");
    assertThat(job.path("labels").path("team").asText()).isEqualTo("sales");
    assertThat(job.path("labels").path("bigflow-workflow").asText()).isEqualTo("sales");
    assertThat(job.path("labels").path("bigflow-job").asText()).isEqualTo("count_words");
    assertThat(job.path("labels").path("bigflow-env").asText()).isEqualTo("dev");
    assertThat(job.path("labels").path("bigflow-run").asText()).isEqualTo("scheduled__2026-01-01");
    assertThat(job.path("labels").path("bigflow-version").asText()).isEqualTo("1_2_3-snapshot");
    JsonNode environment = job.path("environment");
    assertThat(environment.path("serviceAccountEmail").asText())
        .isEqualTo("workers@my-project.iam.gserviceaccount.com");
    assertThat(environment.path("experiments").toString())
        .contains("use_runner_v2", "enable_recommendations");
    assertThat(
            environment
                .path("sdkPipelineOptions")
                .path("options")
                .path("impersonateServiceAccount")
                .asText())
        .isEqualTo("jobs@my-project.iam.gserviceaccount.com");
    JsonNode pool = environment.path("workerPools").get(0);
    assertThat(pool.path("machineType").asText()).isEqualTo("n2-standard-2");
    assertThat(pool.path("autoscalingSettings").path("maxNumWorkers").asInt()).isEqualTo(7);
    assertThat(pool.path("sdkHarnessContainerImages").findValuesAsText("containerImage"))
        .containsOnly(BeamRun.IMAGE);
    // All classes are in the image.
    assertThat(pool.path("packages").toString()).doesNotContain(".jar");
  }

  @Test
  void outsideAnImageClassesAreStagedForWorkersOfAnotherImage() throws Exception {
    BATCH.execute(BeamRun.on(dataflow).image(null).context());
    JsonNode pool =
        dataflow.requests("POST").get(0).body().path("environment").path("workerPools").get(0);
    assertThat(pool.path("packages").toString()).contains("beam-sdks-java-core");
    assertThat(pool.path("sdkHarnessContainerImages").toString()).doesNotContain("bigflow/sales");
  }

  @Test
  void aUserMayNameAnotherWorkerImage() throws Exception {
    String other = "europe-west1-docker.pkg.dev/my-project/workers/beam:2.73.0";
    BATCH.execute(
        BeamRun.on(dataflow)
            .with("beam.sdkContainerImage", other)
            .with("beam.experiments", "use_runner_v2")
            .context());
    JsonNode pool =
        dataflow.requests("POST").get(0).body().path("environment").path("workerPools").get(0);
    assertThat(pool.path("sdkHarnessContainerImages").findValuesAsText("containerImage"))
        .containsOnly(other);
    assertThat(pool.path("packages").toString()).contains("beam-sdks-java-core");
  }

  @Test
  void aTryThatFollowsALostOneWaitsForTheRunningJob() throws Exception {
    BeamRun run = BeamRun.on(dataflow);
    String id = dataflow.add(JobNames.of(run.context(), false), "JOB_STATE_PENDING", Map.of());
    BATCH.execute(run.context());
    assertThat(dataflow.requests("POST")).isEmpty();
    assertThat(dataflow.state(id)).isEqualTo("JOB_STATE_DONE");
  }

  @Test
  void anotherRunHasAJobOfItsOwn() throws Exception {
    BeamRun run = BeamRun.on(dataflow);
    dataflow.add(JobNames.of(run.context(), false), "JOB_STATE_RUNNING", Map.of());
    BATCH.execute(run.run("scheduled__2026-01-02").context());
    assertThat(dataflow.requests("POST")).hasSize(1);
  }

  @Test
  void aRunThatIsRepeatedStartsAnew() throws Exception {
    BeamRun run = BeamRun.on(dataflow);
    dataflow.add(JobNames.of(run.context(), false), "JOB_STATE_DONE", Map.of());
    BATCH.execute(run.context());
    assertThat(dataflow.requests("POST")).hasSize(1);
  }

  @Test
  void aFailedJobFailsTheTaskAndSaysWhereItsLogIs() {
    dataflow.newJobsBecome("JOB_STATE_FAILED");
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(() -> BATCH.execute(BeamRun.on(dataflow).context()))
        .withMessageContaining("sales.count_words")
        .withMessageContaining("FAILED")
        .withMessageContaining("https://console.cloud.google.com/logs/");
  }

  @Test
  void aJobThatTakesTooLongIsCancelledOnDataflow() {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(
            () -> BATCH.timeout(Duration.ofSeconds(2)).execute(BeamRun.on(dataflow).context()))
        .withMessageContaining("PT2S");
    assertThat(dataflow.jobs().get(0).path("currentState").asText())
        .isEqualTo("JOB_STATE_CANCELLED");
  }

  @Test
  void aStoppedJobIsCancelledOnDataflow() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    BeamRun run = BeamRun.on(dataflow);
    Thread worker =
        new Thread(
            () -> {
              run.cancellation().begin();
              try {
                BATCH.execute(run.context());
              } catch (Exception e) {
                // It was stopped.
              } finally {
                run.cancellation().end();
              }
            });
    worker.start();
    while (dataflow.jobs().isEmpty()
        || !dataflow.jobs().get(0).path("currentState").asText().equals("JOB_STATE_RUNNING")) {
      Thread.sleep(50);
    }
    run.cancellation().cancel(Duration.ofMinutes(2));
    worker.join();
    assertThat(dataflow.requests("PUT").get(0).body().path("requestedState").asText())
        .isEqualTo("JOB_STATE_CANCELLED");
  }

  @Test
  void aStreamingJobIsStartedOnceAndLeftAlone() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    STREAM.execute(BeamRun.on(dataflow).context());
    assertThat(dataflow.requests("POST")).hasSize(1);
    JsonNode job = dataflow.requests("POST").get(0).body();
    assertThat(job.path("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
    assertThat(job.path("labels").has("bigflow-run")).isFalse();
    assertThat(job.path("labels").path("bigflow-image").asText()).isEqualTo("ab".repeat(16));

    STREAM.execute(BeamRun.on(dataflow).run("scheduled__2026-01-02").context());
    assertThat(dataflow.requests("POST")).hasSize(1);
    assertThat(dataflow.requests("PUT")).isEmpty();
  }

  @Test
  void aNewBuildUpdatesTheStreamingJobInPlace() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    STREAM.execute(BeamRun.on(dataflow).context());
    STREAM.execute(BeamRun.on(dataflow).image(BeamRun.IMAGE.replace("ab", "cd")).context());
    assertThat(states()).containsExactly("JOB_STATE_UPDATED", "JOB_STATE_RUNNING");
    assertThat(dataflow.requests("POST").get(1).body().path("replaceJobId").asText())
        .isEqualTo(dataflow.jobs().get(0).path("id").asText());
    assertThat(dataflow.mostAtOnce()).isEqualTo(1);
  }

  @Test
  void anotherOptionIsAnotherBuild() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    STREAM.execute(BeamRun.on(dataflow).context());
    STREAM.execute(BeamRun.on(dataflow).with("beam.maxNumWorkers", "9").context());
    assertThat(states()).containsExactly("JOB_STATE_UPDATED", "JOB_STATE_RUNNING");
  }

  @Test
  void anIncompatibleStreamingJobIsDrainedBeforeTheNewOneStarts() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING").refuseUpdates();
    STREAM.execute(BeamRun.on(dataflow).context());
    STREAM.execute(BeamRun.on(dataflow).image(BeamRun.IMAGE.replace("ab", "cd")).context());
    assertThat(states())
        .containsExactly("JOB_STATE_DRAINED", "JOB_STATE_FAILED", "JOB_STATE_RUNNING");
    assertThat(dataflow.requests("POST").get(2).body().has("replaceJobId")).isFalse();
    assertThat(dataflow.mostAtOnce()).isEqualTo(1);
  }

  @Test
  void aStreamingJobStaysWhenNothingIsKnownOfTheNewPipeline() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    STREAM.execute(BeamRun.on(dataflow).context());
    dataflow.refuseNewJobsWith(403);
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(
            () ->
                STREAM.execute(
                    BeamRun.on(dataflow).image(BeamRun.IMAGE.replace("ab", "cd")).context()))
        .withMessageContaining("sales.count_words");
    assertThat(states()).containsExactly("JOB_STATE_RUNNING");
    assertThat(dataflow.requests("PUT")).isEmpty();
  }

  @Test
  void aStreamingJobWhoseUpdateIsRefusedIsDrained() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    STREAM.execute(BeamRun.on(dataflow).context());
    dataflow.refuseNewJobsWith(400);
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(
            () ->
                STREAM.execute(
                    BeamRun.on(dataflow).image(BeamRun.IMAGE.replace("ab", "cd")).context()));
    assertThat(states()).containsExactly("JOB_STATE_DRAINED");
  }

  @Test
  void aStreamingJobThatIsDrainingIsWaitedFor() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    BeamRun run = BeamRun.on(dataflow);
    dataflow.add(JobNames.of(run.context(), true), "JOB_STATE_DRAINING", Map.of());
    STREAM.execute(run.context());
    assertThat(states()).containsExactly("JOB_STATE_DRAINED", "JOB_STATE_RUNNING");
  }

  @Test
  void aStreamingJobThatDoesNotStartFailsTheTask() {
    dataflow.newJobsBecome("JOB_STATE_FAILED");
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(() -> STREAM.execute(BeamRun.on(dataflow).context()))
        .withMessageContaining("did not start");
  }

  @Test
  void missingOptionsAreNamed() {
    for (String option : List.of("project", "region")) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(
              () -> BATCH.execute(BeamRun.on(dataflow).with("beam." + option, "").context()))
          .withMessageContaining("beam." + option);
    }
  }

  @Test
  void aMissingRoleIsNamed() {
    dataflow.refuseAllWith(403);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> BATCH.execute(BeamRun.on(dataflow).context()))
        .withMessageContaining("roles/dataflow.developer");
  }

  private List<String> states() {
    return dataflow.jobs().stream().map(job -> job.path("currentState").asText()).toList();
  }
}
