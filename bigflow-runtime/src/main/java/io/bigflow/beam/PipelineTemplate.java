// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.services.dataflow.model.Job;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.io.IOException;
import java.util.Map;
import org.apache.beam.runners.dataflow.DataflowRunner;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;

/** What Dataflow starts a pipeline from, and the operator that has it do so. */
sealed interface PipelineTemplate permits ClassicTemplate, FlexTemplate {

  /** Applies the transforms. */
  @FunctionalInterface
  interface Transforms {
    void apply(Pipeline pipeline) throws Exception;
  }

  /**
   * The operator that starts the template.
   *
   * @param values of the options that runs give
   */
  Operator operator(OperatorContext context, Map<String, Template> values);

  /**
   * A run outside of Airflow.
   *
   * @param file the template, {@code gs://…}
   * @param options as {@link TemplateOptions#make()} gives them, with the name of the job
   * @param values of the options that runs give
   * @param context what the job is told
   */
  record Run(
      String file,
      DataflowPipelineOptions options,
      Map<String, String> values,
      JobContext context) {}

  /** Starts the template as the operator would. */
  Job start(Run run, DataflowJobs jobs) throws IOException;

  /** Writes the template. */
  void stage(TemplateContext context, Transforms transforms) throws Exception;

  /**
   * Has Dataflow's runner write what starts a pipeline, instead of starting it.
   *
   * @param options with {@code templateLocation}, the file
   * @throws ConfigurationException if the pipeline has no end, or Dataflow cannot run it so
   */
  static void write(DataflowPipelineOptions options, Transforms transforms) throws Exception {
    DataflowRunner runner;
    try {
      // Before the pipeline is created, which checks the same, but hides what is wrong.
      runner = DataflowRunner.fromOptions(options);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
    Pipeline pipeline = Pipeline.create(options);
    transforms.apply(pipeline);
    requireEnd(pipeline);
    try {
      runner.run(pipeline);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  private static ConfigurationException refused(IllegalArgumentException e) {
    return new ConfigurationException(
        "Dataflow cannot run the pipeline with these options: "
            + e.getMessage()
            + " They are set in job configuration, as beam.<option>, but for what the run says.",
        e);
  }

  private static void requireEnd(Pipeline pipeline) {
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitValue(PValue value, TransformHierarchy.Node producer) {
            if (value instanceof PCollection<?> collection
                && collection.isBounded() == PCollection.IsBounded.UNBOUNDED) {
              throw new ConfigurationException(
                  "The pipeline has no end ("
                      + producer.getFullName()
                      + "), so each run would start one more that goes on for ever. Keep a"
                      + " streaming pipeline by BeamJob.streaming(), or bound what it reads.");
            }
          }
        });
  }
}
