// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.DefinitionContext;
import org.apache.beam.sdk.Pipeline;

/** Says what a pipeline does that is started from a template. */
@FunctionalInterface
public interface TemplateDefinition {

  /**
   * Applies the transforms. Called when the project is built, so nothing of a run is known: what
   * differs between runs is an option of type {@link org.apache.beam.sdk.options.ValueProvider},
   * read inside the transforms.
   *
   * @param pipeline has no transforms yet; its options are those of the job: {@code
   *     pipeline.getOptions().as(WordCountOptions.class)}
   * @param context the environment and its configuration
   */
  void define(Pipeline pipeline, DefinitionContext context) throws Exception;
}
