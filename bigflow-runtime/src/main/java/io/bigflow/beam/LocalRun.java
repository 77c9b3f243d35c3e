// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pipeline that lasts as long as its job, such as one of the DirectRunner. */
final class LocalRun {
  private static final Logger log = LoggerFactory.getLogger(LocalRun.class);
  private static final String DIRECT = "org.apache.beam.runners.direct.DirectRunner";

  private LocalRun() {}

  static void execute(PipelineRun run, Callable<Pipeline> pipeline) throws Exception {
    if (run.runner().equals(DIRECT)) {
      Direct.doNotBlock(run.options());
    }
    log.info("Running pipeline {} with {}", run.name(), run.options().getRunner().getSimpleName());
    PipelineResult result = pipeline.call().run();
    run.context().onCancel(() -> cancel(run, result));
    @Nullable State state =
        run.timeout().isPresent()
            ? result.waitUntilFinish(joda(run.timeout().get()))
            : result.waitUntilFinish();
    if (state == null || !state.isTerminal()) {
      cancel(run, result);
      throw new BeamJobException(
          "The pipeline of "
              + run.job()
              + " was cancelled, because it took longer than "
              + run.timeout().map(Duration::toString).orElse("it may")
              + ". Give it more with BeamJob.timeout(…), or make it faster.");
    }
    if (state != State.DONE) {
      throw new BeamJobException(
          "The pipeline of " + run.job() + " ended as " + state + ". The log above says why.");
    }
    log.info("Pipeline {} is done", run.name());
  }

  static org.joda.time.Duration joda(Duration duration) {
    return org.joda.time.Duration.millis(duration.toMillis());
  }

  private static void cancel(PipelineRun run, PipelineResult result) {
    log.info("Cancelling pipeline {}", run.name());
    try {
      result.cancel();
    } catch (IOException | UnsupportedOperationException e) {
      log.warn("Pipeline {} could not be cancelled", run.name(), e);
    }
  }

  /** Apart, because its classes need not be there. */
  private static final class Direct {
    private Direct() {}

    /** Otherwise nothing could cancel the pipeline. */
    static void doNotBlock(PipelineOptions options) {
      options.as(DirectOptions.class).setBlockOnRun(false);
    }
  }
}
