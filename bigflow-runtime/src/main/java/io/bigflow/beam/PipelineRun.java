// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.JobContext;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * One try of a pipeline.
 *
 * @param name the name by which a later try finds it
 * @param fingerprint the same for two tries of the same build with the same options; empty if that
 *     cannot be told
 * @param options the options of the pipeline
 * @param mode what the job waits for
 * @param timeout how long it may take
 * @param context what the job is told
 */
record PipelineRun(
    String name,
    Optional<String> fingerprint,
    PipelineOptions options,
    Mode mode,
    Optional<Duration> timeout,
    JobContext context) {

  /** Whether it has no end. */
  boolean streaming() {
    return mode == Mode.STREAMING;
  }

  /** The name of the runner's class. */
  String runner() {
    return options.getRunner().getName();
  }

  /** The job, for messages. */
  String job() {
    return context.workflow() + "." + context.job();
  }
}
