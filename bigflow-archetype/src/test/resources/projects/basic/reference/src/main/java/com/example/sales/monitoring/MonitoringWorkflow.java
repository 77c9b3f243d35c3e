package com.example.sales.monitoring;

import com.example.sales.internationalports.InternationalPortsWorkflow;
import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;

/** Fails when a table of {@link InternationalPortsWorkflow} is late. */
public final class MonitoringWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    BigQueryDataset dataset = InternationalPortsWorkflow.dataset(context.config());
    Duration maxAge = context.config().get("monitoring.maxAge", Duration.class);

    // Neither task waits for the other: each late table is a failed task of its own.
    return Workflow.builder("monitoring")
        .description("Fails if the newest ports are older than " + maxAge.toHours() + " hours")
        .schedule(Schedule.hourly())
        .tasks(
            Task.job("ports_are_fresh", dataset.requireFresh("ports", "as_of", maxAge)),
            Task.job(
                "polish_ports_are_fresh", dataset.requireFresh("polish_ports", "as_of", maxAge)))
        .build();
  }
}
