package com.example.sales.portevents;

import io.bigflow.beam.BeamJob;
import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.bigquery.TableSchema;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.Map;

/**
 * Streams events from Pub/Sub into many BigQuery tables with one Dataflow job, which runs all the
 * time. A run of this workflow creates the tables that are new and makes sure that the Dataflow job
 * is the one that was deployed last.
 */
public final class PortEventsWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("port_events")
        .description("Keeps the streaming job running that brings port events into BigQuery")
        .schedule(Schedule.every(Duration.ofMinutes(15)))
        .sequence(
            Task.job("create_tables", createTables(context.config())),
            Task.job(
                "route_events",
                BeamJob.of(new EventPipeline()).configuredBy("portevents").streaming()))
        .build();
  }

  static BigQueryDataset dataset(JobConfig config) {
    return BigQueryDataset.of(config, "portevents");
  }

  /** What is there stays; a table that lacks a column of its file fails the job. */
  private static Job createTables(JobConfig config) {
    Map<String, TableSchema> schemas = SchemaFiles.read("portevents/tables");
    BigQueryDataset dataset = dataset(config).tables(schemas.keySet().toArray(String[]::new));
    return context -> {
      for (Map.Entry<String, TableSchema> table : schemas.entrySet()) {
        dataset.createTable(table.getKey(), table.getValue()).run(context);
      }
    };
  }
}
