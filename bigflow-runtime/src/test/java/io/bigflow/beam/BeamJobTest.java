// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.StreamingContext;
import io.bigflow.workflow.StreamingService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.Validation;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines on the DirectRunner, and the options of all. */
class BeamJobTest {

  /** Options of a project. */
  public interface SalesOptions extends PipelineOptions {
    /** Whom to greet. */
    @Validation.Required
    String getGreeted();

    /** Whom to greet. */
    void setGreeted(String value);
  }

  /** Fails at what is no number. */
  static final class Numbers extends SimpleFunction<String, Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Integer apply(String text) {
      return Integer.valueOf(text);
    }
  }

  private static final PipelineDefinition NOTHING =
      (pipeline, context) -> pipeline.apply(Create.of(1));

  @Test
  void runsAPipelineToItsEnd(@TempDir Path folder) throws Exception {
    BeamJob job =
        BeamJob.of(
            (pipeline, context) ->
                pipeline
                    .apply(Create.of("a", "b"))
                    .apply(
                        TextIO.write()
                            .to(folder.resolve(context.workflow()).toString())
                            .withoutSharding()));
    job.execute(BeamRun.direct().context());
    assertThat(Files.readAllLines(folder.resolve("sales"))).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aFailingPipelineFailsTheJob() {
    BeamJob job =
        BeamJob.of(
            (pipeline, context) ->
                pipeline.apply(Create.of("a")).apply(MapElements.via(new Numbers())));
    assertThatThrownBy(() -> job.execute(BeamRun.direct().context()))
        .hasRootCauseInstanceOf(NumberFormatException.class);
  }

  @Test
  void aPipelineIsCancelledAfterItsTimeout() {
    BeamJob endless =
        BeamJob.of((pipeline, context) -> pipeline.apply(GenerateSequence.from(0)))
            .timeout(Duration.ofSeconds(1));
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(() -> endless.execute(BeamRun.direct().context()))
        .withMessageContaining("sales.count_words")
        .withMessageContaining("PT1S");
  }

  @Test
  void aPipelineIsCancelledWithItsJob() throws Exception {
    BeamRun run = BeamRun.direct();
    CountDownLatch defined = new CountDownLatch(1);
    BeamJob endless =
        BeamJob.of(
                (pipeline, context) -> {
                  pipeline.apply(GenerateSequence.from(0));
                  defined.countDown();
                })
            .streaming();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread worker =
        new Thread(
            () -> {
              run.cancellation().begin();
              try {
                endless.execute(run.context());
              } catch (Throwable e) {
                failure.set(e);
              } finally {
                run.cancellation().end();
              }
            });
    worker.start();
    assertThat(defined.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(run.cancellation().cancel(Duration.ofMinutes(1))).isTrue();
    worker.join();
    assertThat(failure.get()).isNotNull();
  }

  @Test
  void optionsComeFromConfigurationTheNearestFirst() throws Exception {
    List<PipelineOptions> seen = new ArrayList<>();
    BeamJob.of(
            (pipeline, context) -> {
              seen.add(pipeline.getOptions());
              pipeline.apply(Create.of(1));
            })
        .options(SalesOptions.class)
        .configuredBy("counting")
        .with("tempLocation", "/from/code")
        .execute(
            BeamRun.direct()
                .with("beam.greeted", "everybody")
                .with("counting.beam.greeted", "Ann, Bob")
                .with("counting.beam.tempLocation", "/from/configuration")
                .with("counting.input", "no option")
                .context());
    assertThat(seen.get(seen.size() - 1).as(SalesOptions.class).getGreeted()).isEqualTo("Ann, Bob");
    assertThat(seen.get(seen.size() - 1).getTempLocation()).isEqualTo("/from/code");
    assertThat(seen.get(seen.size() - 1).getJobName()).matches("sales-count-words-dev-[0-9a-f]{8}");
  }

  @Test
  void pipelinesActAsTheAccountOfTheJob() throws Exception {
    String chain =
        "delegate@my-project.iam.gserviceaccount.com,jobs@my-project.iam.gserviceaccount.com";
    List<PipelineOptions> seen = new ArrayList<>();
    BeamJob job =
        BeamJob.of(
            (pipeline, context) -> {
              seen.add(pipeline.getOptions());
              pipeline.apply(Create.of(1));
            });
    BeamRun run = BeamRun.direct().with(Impersonation.KEY, chain);
    job.execute(run.context());
    assertThat(seen.get(seen.size() - 1).as(GcpOptions.class).getImpersonateServiceAccount())
        .isEqualTo(chain);

    job.execute(
        run.with("beam.impersonateServiceAccount", "other@my-project.iam.gserviceaccount.com")
            .context());
    assertThat(seen.get(seen.size() - 1).as(GcpOptions.class).getImpersonateServiceAccount())
        .isEqualTo("other@my-project.iam.gserviceaccount.com");
  }

  @Test
  void anOptionThatBeamDoesNotKnowIsNamedWithItsKey() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                BeamJob.of(NOTHING)
                    .configuredBy("counting")
                    .execute(
                        BeamRun.direct()
                            .with("beam.maxNumWorkers", "5")
                            .with("counting.beam.numWorker", "3")
                            .context()))
        .withMessageContaining("counting.beam.numWorker")
        .withMessageContaining("numWorkers");
  }

  @Test
  void aValueThatAnOptionCannotHaveIsNamedWithItsKey() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                BeamJob.of(NOTHING)
                    .execute(BeamRun.direct().with("beam.numWorkers", "many").context()))
        .withMessageContaining("beam.numWorkers");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                BeamJob.of(NOTHING)
                    .execute(BeamRun.direct().with("beam.runner", "NoRunner").context()))
        .withMessageContaining("beam.runner");
  }

  @Test
  void whatTheJobItselfGivesCannotBeSet() {
    for (String option : List.of("jobName", "update", "streaming", "appName")) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(
              () -> BeamJob.of(NOTHING).with(option, "true").execute(BeamRun.direct().context()))
          .withMessageContaining("'" + option + "'");
    }
  }

  @Test
  void aStreamingPipelineOnDataflowIsFoundWithoutARun() {
    BeamJob job = BeamJob.of(NOTHING).configuredBy("ticks").streaming();
    BeamRun run =
        BeamRun.direct()
            .with("beam.runner", "DataflowRunner")
            .with("beam.project", "my-project")
            .with("ticks.beam.region", "europe-west1")
            .with("beam.region", "us-central1");
    String name = JobNames.of(run.context(), true);
    assertThat(job.service(before(run)))
        .contains(
            new StreamingService(name, Optional.of("my-project"), Optional.of("europe-west1")));
    assertThat(job.with("region", "europe-west4").service(before(run.with("beam.project", ""))))
        .contains(new StreamingService(name, Optional.empty(), Optional.of("europe-west4")));
    assertThat(job.service(before(run.with("beam.project", "${ONLY_THE_CONTAINER_KNOWS}"))))
        .contains(new StreamingService(name, Optional.empty(), Optional.of("europe-west1")));
  }

  @Test
  void whatEndsWithItsJobIsNotLookedFor() {
    BeamRun run = BeamRun.direct();
    for (String runner : List.of("DataflowRunner", "dataflow", JobOptions.DATAFLOW)) {
      assertThat(BeamJob.of(NOTHING).service(before(run.with("beam.runner", runner)))).isEmpty();
      assertThat(BeamJob.of(NOTHING).streaming().service(before(run.with("beam.runner", runner))))
          .isPresent();
    }
    for (String runner : List.of("DirectRunner", "", "${RUNNER}", "org.example.DataflowRunner")) {
      assertThat(BeamJob.of(NOTHING).streaming().service(before(run.with("beam.runner", runner))))
          .isEmpty();
    }
  }

  private static StreamingContext before(BeamRun run) {
    return new StreamingContext("sales", "count_words", "dev", run.context().config());
  }

  @Test
  void wrongSettingsAreRefusedWhereTheyAreMade() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> BeamJob.of(NOTHING).configuredBy("wordcount."))
        .withMessageContaining("without the point");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> BeamJob.of(NOTHING).timeout(Duration.ZERO));
  }
}
