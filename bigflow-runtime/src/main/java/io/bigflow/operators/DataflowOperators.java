// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import java.util.Map;

/**
 * Beam pipelines on Dataflow, started from templates. Airflow needs the provider "apache-beam" for
 * them, which Composer has.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/dataflow.html">the
 *     operators</a>
 */
public final class DataflowOperators {
  private static final String DATAFLOW = "airflow.providers.google.cloud.operators.dataflow.";

  private DataflowOperators() {}

  /**
   * Starts a Flex template and waits for the end of the job.
   *
   * @param body of the request {@code flexTemplates.launch}: a map with {@code launchParameter}
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch">the
   *     request</a>
   */
  public static Operator startFlexTemplate(Object project, Object location, Map<String, ?> body) {
    return Operator.of(DATAFLOW + "DataflowStartFlexTemplateOperator")
        .with("project_id", Texts.of("project", project))
        .with("location", Texts.of("location", location))
        .with("body", body)
        .with("deferrable", true);
  }

  /**
   * Starts a classic template and waits for the end of the job.
   *
   * @param template where it lies, {@code gs://…}
   * @param jobName the start of the job's name
   * @param parameters of the template
   */
  public static Operator startTemplate(
      Object project, Object location, Object template, Object jobName, Map<String, ?> parameters) {
    return Operator.of(DATAFLOW + "DataflowTemplatedJobStartOperator")
        .with("project_id", Texts.of("project", project))
        .with("location", Texts.of("location", location))
        .with("template", Texts.of("template", template))
        .with("job_name", Texts.of("job name", jobName))
        .with("parameters", parameters)
        .with("deferrable", true);
  }
}
