// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import java.util.List;

/**
 * Cloud Storage.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/gcs.html">the
 *     operators</a>
 */
public final class GcsOperators {
  private static final String CLOUD = "airflow.providers.google.cloud.";
  private static final String COPY = CLOUD + "transfers.gcs_to_gcs.GCSToGCSOperator";

  private GcsOperators() {}

  /** Waits until an object is there. */
  public static Operator waitForObject(Object bucket, Object object) {
    return Operator.of(CLOUD + "sensors.gcs.GCSObjectExistenceSensor")
        .with("bucket", Texts.of("bucket", bucket))
        .with("object", Texts.of("object", object))
        .with("deferrable", true);
  }

  /** Waits until there is an object whose name starts so; the names are its result. */
  public static Operator waitForPrefix(Object bucket, Object prefix) {
    return Operator.of(CLOUD + "sensors.gcs.GCSObjectsWithPrefixExistenceSensor")
        .with("bucket", Texts.of("bucket", bucket))
        .with("prefix", Texts.of("prefix", prefix))
        .with("deferrable", true);
  }

  /** The names of the objects that start so, as the task's result. */
  public static Operator list(Object bucket, Object prefix) {
    return Operator.of(CLOUD + "operators.gcs.GCSListObjectsOperator")
        .with("bucket", Texts.of("bucket", bucket))
        .with("prefix", Texts.of("prefix", prefix));
  }

  /**
   * Copies the objects of a folder into another one, with all that is below it.
   *
   * @param folder the start of the names, ending with a slash
   * @param destinationFolder what takes its place
   */
  public static Operator copy(
      Object bucket, Object folder, Object destinationBucket, Object destinationFolder) {
    return transfer(bucket, folder, destinationBucket, destinationFolder);
  }

  /** As {@link #copy}, but the originals are deleted. */
  public static Operator move(
      Object bucket, Object folder, Object destinationBucket, Object destinationFolder) {
    return transfer(bucket, folder, destinationBucket, destinationFolder).with("move_object", true);
  }

  private static Operator transfer(
      Object bucket, Object folder, Object destinationBucket, Object destinationFolder) {
    return Operator.of(COPY)
        .with("source_bucket", Texts.of("bucket", bucket))
        .with("source_object", Texts.of("folder", folder))
        .with("destination_bucket", Texts.of("destination bucket", destinationBucket))
        .with("destination_object", Texts.of("destination folder", destinationFolder));
  }

  /** Deletes the objects whose names start so. */
  public static Operator delete(Object bucket, Object prefix) {
    return Operator.of(CLOUD + "operators.gcs.GCSDeleteObjectsOperator")
        .with("bucket_name", Texts.of("bucket", bucket))
        .with("prefix", Texts.of("prefix", prefix));
  }

  /**
   * Loads files of CSV with a header into a table, in the place of what it holds. Other formats:
   * {@code with("source_format", "NEWLINE_DELIMITED_JSON")}.
   *
   * @param objects the files, with {@code *} for any text
   * @param table {@code project.dataset.table}
   */
  public static Operator toBigQuery(Object bucket, List<?> objects, Object table) {
    return Operator.of(CLOUD + "transfers.gcs_to_bigquery.GCSToBigQueryOperator")
        .with("bucket", Texts.of("bucket", bucket))
        .with("source_objects", Texts.all("object", objects.toArray()))
        .with("destination_project_dataset_table", Texts.of("table", table))
        .with("source_format", "CSV")
        .with("skip_leading_rows", 1)
        .with("write_disposition", "WRITE_TRUNCATE")
        .with("deferrable", true);
  }
}
