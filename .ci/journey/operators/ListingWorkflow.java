package com.example;

import com.google.cloud.bigquery.FormatOptions;
import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.operators.AirflowOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Sees a file, lists it, and writes the list into a table; loads a file into a table that another
 * task has been waiting for: by operators alone.
 */
public final class ListingWorkflow implements WorkflowDefinition {
  private static final String GOOGLE = "airflow.providers.google.cloud.";
  private static final String NASTY = "it's {{ 7 * 7 }} {% raw %} \"\"\" \\ .sql";

  @Override
  public Workflow define(DefinitionContext context) {
    String bucket = "europe-composer-bucket";
    BigQueryDataset dataset =
        BigQueryDataset.of(context.config(), "internationalports")
            .tables("listing", "loaded")
            .execution(Execution.OPERATOR);
    return Workflow.builder("listing")
        .schedule(Schedule.manual())
        .sequence(
            Task.operator(
                "wait",
                Operator.of(GOOGLE + "sensors.gcs.GCSObjectExistenceSensor")
                    .with("bucket", bucket)
                    .with("object", Template.text("dags/airflow_monitoring.py"))
                    .with("deferrable", true)),
            Task.operator(
                "list",
                Operator.of(GOOGLE + "operators.gcs.GCSListObjectsOperator")
                    .with("bucket", bucket)
                    .with("prefix", "dags/airflow")),
            Task.job(
                "create", dataset.createTable("CREATE OR REPLACE TABLE listing (found STRING, nasty STRING)")),
            Task.operator(
                    "write",
                    Operator.of(GOOGLE + "operators.bigquery.BigQueryInsertJobOperator")
                        .with("project_id", dataset.project())
                        .with(
                            "configuration",
                            Map.of(
                                "query",
                                Map.of(
                                    "query",
                                    "INSERT INTO `" + dataset + ".listing` VALUES (@found, @nasty)",
                                    "useLegacySql",
                                    false,
                                    "queryParameters",
                                    List.of(
                                        text("found", Template.xcom("list")),
                                        text("nasty", Template.text(NASTY))))))
                        .with("deferrable", true))
                .after("list"))
        .tasks(
            // Not there when it looks first, so that it is left to the triggerer.
            Task.job("wait_for_loaded", dataset.waitForTable("loaded").every(Duration.ofSeconds(2))),
            Task.job("create_loaded", dataset.createTable("CREATE TABLE IF NOT EXISTS loaded (name STRING)"))
                .after("create"),
            // Which is started with the same logical date.
            Task.operator("wait_for_dag", AirflowOperators.waitForDag(Template.dagId("internationalports"))),
            Task.operator(
                "wait_for_task",
                AirflowOperators.waitForTasks(Template.dagId("internationalports"), "select_polish_ports")),
            Task.job(
                    "load",
                    dataset.load("loaded", FormatOptions.json(), "gs://" + bucket + "/loaded.json").truncate())
                .after("wait_for_loaded", "create_loaded", "wait_for_dag", "wait_for_task"))
        .runTimeout(Duration.ofMinutes(30))
        .build();
  }

  private static Map<String, Object> text(String name, Template value) {
    return Map.of(
        "name", name, "parameterType", Map.of("type", "STRING"), "parameterValue", Map.of("value", value));
  }
}
