// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import java.util.Map;

/**
 * BigQuery, beside the operations of {@link io.bigflow.bigquery.BigQueryDataset}, which run as
 * operators too.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/bigquery.html">the
 *     operators</a>
 */
public final class BigQueryOperators {
  private static final String CLOUD = "airflow.providers.google.cloud.";

  private BigQueryOperators() {}

  /**
   * Runs a job of any kind.
   *
   * @param project that pays for it
   * @param configuration the field {@code configuration} of the REST API's jobs
   */
  public static Operator job(Object project, Map<String, ?> configuration) {
    return Operator.of(CLOUD + "operators.bigquery.BigQueryInsertJobOperator")
        .with("project_id", Texts.of("project", project))
        .with("configuration", configuration)
        .with("deferrable", true);
  }

  /** Fails if the first row of a query has a value that is null, 0 or false. */
  public static Operator check(Object sql) {
    return Operator.of(CLOUD + "operators.bigquery.BigQueryCheckOperator")
        .with("sql", Texts.of("query", sql))
        .with("use_legacy_sql", false)
        .with("deferrable", true);
  }

  /** Waits until a table is there. */
  public static Operator waitForTable(Object project, Object dataset, Object table) {
    return Operator.of(CLOUD + "sensors.bigquery.BigQueryTableExistenceSensor")
        .with("project_id", Texts.of("project", project))
        .with("dataset_id", Texts.of("dataset", dataset))
        .with("table_id", Texts.of("table", table))
        .with("deferrable", true);
  }

  /**
   * Writes a table to files.
   *
   * @param table {@code project.dataset.table}
   * @param uris where to, for example {@code gs://bucket/folder/part-*.csv}
   */
  public static Operator toGcs(Object table, Object... uris) {
    return Operator.of(CLOUD + "transfers.bigquery_to_gcs.BigQueryToGCSOperator")
        .with("source_project_dataset_table", Texts.of("table", table))
        .with("destination_cloud_storage_uris", Texts.all("address", uris))
        .with("deferrable", true);
  }
}
