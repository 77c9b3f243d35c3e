// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import java.util.Map;

/**
 * Spark and Hadoop on Dataproc.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/dataproc.html">the
 *     operators</a>
 */
public final class DataprocOperators {
  private static final String DATAPROC = "airflow.providers.google.cloud.operators.dataproc.";

  private DataprocOperators() {}

  /**
   * Creates a cluster.
   *
   * @param config the field {@code config} of the API's clusters, with the names of its fields in
   *     snake case; give it {@code lifecycle_config} with {@code idle_delete_ttl} and {@code
   *     auto_delete_ttl}, so that no cluster is left behind
   * @see <a
   *     href="https://cloud.google.com/dataproc/docs/reference/rpc/google.cloud.dataproc.v1#clusterconfig">ClusterConfig</a>
   */
  public static Operator createCluster(
      Object project, Object region, Object cluster, Map<String, ?> config) {
    return of("DataprocCreateClusterOperator", project, region)
        .with("cluster_name", Texts.of("cluster", cluster))
        .with("cluster_config", config)
        .with("deferrable", true);
  }

  /** Deletes a cluster, and with it the jobs that still run on it. */
  public static Operator deleteCluster(Object project, Object region, Object cluster) {
    return of("DataprocDeleteClusterOperator", project, region)
        .with("cluster_name", Texts.of("cluster", cluster))
        .with("deferrable", true);
  }

  /**
   * Runs a job on a cluster and waits for its end.
   *
   * @param job the API's job, with the names of its fields in snake case
   * @see <a
   *     href="https://cloud.google.com/dataproc/docs/reference/rpc/google.cloud.dataproc.v1#job">Job</a>
   */
  public static Operator submitJob(Object project, Object region, Map<String, ?> job) {
    return of("DataprocSubmitJobOperator", project, region)
        .with("job", job)
        .with("deferrable", true);
  }

  /**
   * Runs a batch without a cluster of its own.
   *
   * @param id of the batch: lower-case letters, digits and {@code -}, 4 to 63 characters
   * @param batch the API's batch, with the names of its fields in snake case
   * @see <a
   *     href="https://cloud.google.com/dataproc-serverless/docs/reference/rpc/google.cloud.dataproc.v1#batch">Batch</a>
   */
  public static Operator createBatch(
      Object project, Object region, Object id, Map<String, ?> batch) {
    return of("DataprocCreateBatchOperator", project, region)
        .with("batch_id", Texts.of("batch", id))
        .with("batch", batch)
        .with("deferrable", true);
  }

  /**
   * Runs a workflow template that is stored in Dataproc. Airflow renders neither project nor
   * region.
   *
   * @param parameters of the template
   */
  public static Operator instantiateTemplate(
      String project, String region, Object template, Map<String, ?> parameters) {
    return Operator.of(DATAPROC + "DataprocInstantiateWorkflowTemplateOperator")
        .with("project_id", project)
        .with("region", region)
        .with("template_id", Texts.of("template", template))
        .with("parameters", parameters)
        .with("deferrable", true);
  }

  private static Operator of(String name, Object project, Object region) {
    return Operator.of(DATAPROC + name)
        .with("project_id", Texts.of("project", project))
        .with("region", Texts.of("region", region));
  }
}
