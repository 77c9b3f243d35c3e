// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * A job of whose pipeline the build makes a template, which its {@link #operator} starts: an
 * argument of that operator holds {@link Template#pipelineTemplate}. Airflow then needs neither a
 * pod nor Java to start it.
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
}
