package ${package}.averagespeed;

import com.google.cloud.bigquery.CsvOptions;
import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.operators.DataprocOperators;
import io.bigflow.operators.GcsOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Parameter;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TriggerRule;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the average speed of taxi trips by Spark, on a Dataproc cluster that lives for this run
 * only. Whoever has written a folder of raw trips triggers it, by {@code mvn bigflow:trigger} or by
 * an HTTP POST.
 *
 * <p>If all goes well the trips are in BigQuery and the raw files in the bucket for what is
 * processed, in a folder with the date of the run. If Spark or the load fails, the raw files are in
 * the failed folder. The cluster is deleted whatever happens, and deletes itself if Airflow cannot.
 */
public final class AverageSpeedWorkflow implements WorkflowDefinition {
  static final Parameter<String> RAW_PATH =
      Parameter.text("raw_path").description("Folder of the raw trips, such as raw/2026-03-01");
  static final Parameter<String> TRANSFORMED_PATH =
      Parameter.text("transformed_path").description("Folder for the CSV files, until loaded");
  static final Parameter<String> FAILED_PATH =
      Parameter.text("failed_path")
          .description("Folder for what could not be processed")
          .defaultsTo("failed");

  /** Of this run alone. */
  private static final Template CLUSTER =
      Template.join(
          "average-speed-",
          Template.jinja(
              "{{ (dag_run.logical_date or dag_run.run_after).strftime('%Y%m%d-%H%M%S-%f') }}"));

  @Override
  public Workflow define(DefinitionContext context) {
    JobConfig config = context.config();
    String project = config.get("averagespeed.project");
    String region = config.get("averagespeed.region");
    String bucket = config.get("averagespeed.bucket");
    String processed = config.get("averagespeed.processedBucket");

    return Workflow.builder("average_speed")
        .description("Average speeds of taxi trips, by Spark on a cluster of its own")
        .schedule(Schedule.manual())
        .parameters(RAW_PATH, TRANSFORMED_PATH, FAILED_PATH)
        .retry(RetryPolicy.of(1, Duration.ofSeconds(30)))
        .tasks(
            Task.job("create_table", createTable(dataset(config))),
            Task.operator(
                "create_cluster",
                DataprocOperators.createCluster(project, region, CLUSTER, cluster(config))),
            Task.operator("add_speeds", addSpeeds(project, region, bucket))
                .after("create_cluster")
                .retry(RetryPolicy.none()),
            Task.operator(
                    "delete_cluster", DataprocOperators.deleteCluster(project, region, CLUSTER))
                .after("add_speeds")
                .triggerRule(TriggerRule.ALL_DONE),
            Task.job("load", AverageSpeedWorkflow::load).after("create_table", "add_speeds"),
            Task.operator("delete_transformed", GcsOperators.delete(bucket, folder(TRANSFORMED_PATH)))
                .after("load"),
            Task.operator(
                    "keep_processed",
                    GcsOperators.move(
                        bucket,
                        folder(RAW_PATH),
                        processed,
                        Template.join(Template.runtime("%Y-%m-%d"), "/", folder(RAW_PATH))))
                .after("delete_transformed"),
            Task.operator(
                    "keep_failed",
                    GcsOperators.move(
                        bucket,
                        folder(RAW_PATH),
                        bucket,
                        Template.join(folder(FAILED_PATH), folder(RAW_PATH))))
                .after("add_speeds", "load")
                .triggerRule(TriggerRule.ONE_FAILED))
        .build();
  }

  /** One machine is enough for a sample. */
  private static Map<String, Object> cluster(JobConfig config) {
    return Map.of(
        "master_config",
        Map.of("num_instances", 1, "machine_type_uri", config.get("averagespeed.machineType")),
        "software_config",
        Map.of(
            // The image whose Spark the project is compiled against.
            "image_version",
            "3.0-debian12",
            "properties",
            Map.of("dataproc:dataproc.allow.zero.workers", "true")),
        "gce_cluster_config",
        machines(config),
        // So that none is left behind, even if Airflow is not there to delete it.
        "lifecycle_config",
        Map.of("idle_delete_ttl", Map.of("seconds", 1800), "auto_delete_ttl", Map.of("seconds", 10800)));
  }

  private static Map<String, Object> machines(JobConfig config) {
    Map<String, Object> machines = new HashMap<>();
    machines.put("internal_ip_only", true);
    config
        .find("averagespeed.serviceAccount")
        .ifPresent(account -> machines.put("service_account", account));
    config
        .find("averagespeed.subnetwork")
        .ifPresent(subnetwork -> machines.put("subnetwork_uri", subnetwork));
    return machines;
  }

  private static Operator addSpeeds(String project, String region, String bucket) {
    Template start = Template.text("gs://" + bucket + "/");
    return DataprocOperators.submitJob(
        project,
        region,
        Map.of(
            "reference",
            Map.of("project_id", project),
            "placement",
            Map.of("cluster_name", CLUSTER),
            "spark_job",
            Map.of(
                "main_class",
                AverageSpeedJob.class.getName(),
                "jar_file_uris",
                List.of(Template.projectJar()),
                "args",
                List.of(
                    "--input",
                    Template.join(start, folder(RAW_PATH)),
                    "--output",
                    Template.join(start, folder(TRANSFORMED_PATH)),
                    "--rejected",
                    Template.join(start, folder(FAILED_PATH), "rejected/", folder(RAW_PATH))))));
  }

  /** A parameter as the start of the names in a folder, however many slashes it was given with. */
  private static Template folder(Parameter<String> parameter) {
    return Template.jinja("{{ params[\"" + parameter.name() + "\"].strip(\"/\") }}/");
  }

  static BigQueryDataset dataset(JobConfig config) {
    return BigQueryDataset.of(config, "averagespeed").tables("trips");
  }

  private static Job createTable(BigQueryDataset dataset) {
    return dataset.createTable(
        """
        CREATE TABLE IF NOT EXISTS `{trips}` (
          trip_id STRING,
          started_at TIMESTAMP,
          ended_at TIMESTAMP,
          distance_km FLOAT64,
          average_speed FLOAT64)
        """);
  }

  /** Once per run, however often it is tried. */
  private static void load(JobContext run) throws Exception {
    String folder = run.parameter(TRANSFORMED_PATH).replaceAll("^/+|/+$", "");
    String files = "gs://" + run.config().get("averagespeed.bucket") + "/" + folder + "/*.csv";
    dataset(run.config())
        .load("trips", CsvOptions.newBuilder().setSkipLeadingRows(1).build(), files)
        .run(run);
  }
}
