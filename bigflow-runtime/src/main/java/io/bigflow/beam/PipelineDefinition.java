// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import org.apache.beam.sdk.Pipeline;

/** Says what a pipeline does. */
@FunctionalInterface
public interface PipelineDefinition {

  /**
   * Applies the transforms. Called where the pipeline is started, never on its workers, each time
   * that it is: at every try of the job, and again for a streaming pipeline that cannot be updated.
   *
   * @param pipeline has no transforms yet; its options are those of the job: {@code
   *     pipeline.getOptions().as(WordCountOptions.class)}
   * @param context must not be used inside a {@code DoFn}, for it does not travel to workers; take
   *     the values out of it first
   * @throws ConfigurationException if trying again cannot help
   */
  void define(Pipeline pipeline, JobContext context) throws Exception;
}
