// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.google.JobLabels;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operators of Airflow's Google provider that do what operations do. Only arguments that all
 * versions since provider 10 (Airflow 2.10) have.
 */
final class JobOperators {
  private static final String OPERATORS = "airflow.providers.google.cloud.operators.bigquery.";
  private static final String SENSORS = "airflow.providers.google.cloud.sensors.bigquery.";

  /**
   * Tells runs apart: run ids hold characters that the ids of BigQuery's jobs must not have, and a
   * UUID of a text is the only hash that Airflow's templates can make.
   */
  private static final Template RUN =
      Template.jinja(
          "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID, ti.dag_id ~ ' ' ~ run_id) }}");

  private static final Template TRY = Template.jinja("{{ ti.try_number }}");

  private JobOperators() {}

  /**
   * Sends a job and waits without a worker.
   *
   * <p>The id of the BigQuery job is made of run, task and configuration, so that a request whose
   * answer was lost meets the job at work; the operator of provider 19 fails then, later ones join
   * it. What may be repeated has the number of the try in it too, for a job that has ended uses up
   * its id. What is to be done once per run has not: rather does a try after one that has ended,
   * well or not, fail than that rows are appended twice.
   *
   * @param configuration as BigQuery's API has it
   * @param once whether it must be done once per run
   * @see <a
   *     href="https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfiguration">the
   *     configuration of jobs</a>
   */
  static Operator insertJob(
      BigQueryDataset dataset,
      OperatorContext context,
      Map<String, @Nullable Object> configuration,
      boolean once) {
    Map<String, @Nullable Object> labelled = new LinkedHashMap<>(configuration);
    labelled.put(
        "labels",
        JobLabels.of(dataset.jobLabels(), context.workflow(), context.task(), context.env()));
    String stem = JobRun.stem(context.workflow(), context.task()) + "_";
    return Operator.of(OPERATORS + "BigQueryInsertJobOperator")
        .with("project_id", dataset.project())
        .with("location", dataset.locationOrDefault())
        .with("configuration", labelled)
        .with("job_id", once ? Template.join(stem, RUN) : Template.join(stem, RUN, "_", TRY))
        .with("force_rerun", false)
        .with("reattach_states", List.of("PENDING", "RUNNING"))
        .with("deferrable", true);
  }

  /**
   * Waits for a table: deferred, unless it acts as another account, which the trigger of the
   * providers before 22.8 does not do.
   */
  static Operator tableSensor(
      BigQueryDataset dataset,
      OperatorContext context,
      String table,
      Duration interval,
      @Nullable Duration timeout) {
    Operator sensor = sensor("BigQueryTableExistenceSensor", dataset, table);
    return waiting(sensor, context, interval, timeout, !context.impersonates());
  }

  /**
   * Waits for the partition of the runtime. It is never deferred: the trigger asks for its jobs
   * without a location, so that BigQuery finds none outside the multi-regions US and EU, and bills
   * a query for each look.
   */
  static Operator partitionSensor(
      BigQueryDataset dataset,
      OperatorContext context,
      String table,
      Template partition,
      Duration interval,
      @Nullable Duration timeout) {
    Operator sensor =
        sensor("BigQueryTablePartitionExistenceSensor", dataset, table)
            .with("partition_id", partition);
    return waiting(sensor, context, interval, timeout, false);
  }

  private static Operator sensor(String name, BigQueryDataset dataset, String table) {
    return Operator.of(SENSORS + name)
        .with("project_id", dataset.project())
        .with("dataset_id", dataset.name())
        .with("table_id", table);
  }

  /**
   * How a sensor waits. It always has a timeout: the one of the task does not end a deferred sensor
   * on Airflow 3, and counts for each look by itself if it is rescheduled; without one of its own,
   * a sensor waits for a week.
   *
   * @param isDeferred or else a worker looks, and is free between two looks
   */
  private static Operator waiting(
      Operator sensor,
      OperatorContext context,
      Duration interval,
      @Nullable Duration timeout,
      boolean isDeferred) {
    Duration longest =
        timeout == null || timeout.compareTo(context.timeout()) > 0 ? context.timeout() : timeout;
    Operator patient =
        sensor.with("poke_interval", seconds(interval)).with("timeout", seconds(longest));
    return isDeferred
        ? patient.with("deferrable", true)
        : patient.with("mode", "reschedule").with("deferrable", false);
  }

  /** Airflow counts seconds here; it must not become 0. */
  private static long seconds(Duration time) {
    return Math.max(1, time.toSeconds());
  }

  /** A table as BigQuery's API names it. */
  static Map<String, Object> tableReference(BigQueryDataset dataset, Object table) {
    Map<String, Object> reference = datasetReference(dataset);
    reference.put("tableId", table);
    return reference;
  }

  /** A dataset as BigQuery's API names it. */
  static Map<String, Object> datasetReference(BigQueryDataset dataset) {
    Map<String, Object> reference = new LinkedHashMap<>();
    reference.put("projectId", dataset.project());
    reference.put("datasetId", dataset.name());
    return reference;
  }
}
