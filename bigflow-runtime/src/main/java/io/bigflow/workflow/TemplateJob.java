// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * A job of whose pipeline the build makes a template, which its {@link #operator} starts: an
 * argument of that operator holds {@link Template#pipelineTemplate} or {@link
 * Template#flexTemplate}. Airflow then needs neither a pod nor Java to start it.
 */
public interface TemplateJob extends OperatorJob {

  /**
   * Makes the template. It is called while the project is built, in a JVM of its own, without a
   * connection to anything.
   *
   * @throws ConfigurationException if configuration is missing or wrong
   * @throws Exception if the pipeline cannot be made
   */
  void stage(TemplateContext context) throws Exception;

  /**
   * Has the template started, without Airflow, in place of what {@link #execute} does, and waits
   * for the end of its pipeline. {@code mvn bigflow:run -Dbigflow.fromTemplate} calls it.
   *
   * @param file where a deployment brings the template: {@code gs://…}
   * @throws ConfigurationException if configuration is missing or wrong, or there is no such file
   * @throws Exception if the pipeline fails
   */
  default void start(JobContext context, String file) throws Exception {
    throw new ConfigurationException(
        "The template of "
            + context.workflow()
            + "."
            + context.job()
            + " can be started by Airflow only: "
            + getClass().getName()
            + " does not override TemplateJob.start. Make it a BeamTemplate, or trigger the workflow.");
  }

  /**
   * Makes the pipeline of a Flex template. It is called in the project's image, which Dataflow has
   * started for that, once for each run.
   *
   * @throws ConfigurationException if configuration is missing or wrong, or there is no such
   *     template
   * @throws Exception if the pipeline cannot be made
   */
  default void launch(LaunchContext context) throws Exception {
    throw new ConfigurationException(
        "The template of "
            + context.workflow()
            + "."
            + context.job()
            + " is none that Dataflow starts the image for: "
            + getClass().getName()
            + " does not override TemplateJob.launch. Let its operator name"
            + " Template.pipelineTemplate(…), or make it a BeamTemplate with flex().");
  }
}
