package com.example.docs;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;

public final class TripsWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    String google = "airflow.providers.google.cloud.";
    return Workflow.builder("trips")
        .schedule(Schedule.daily())
        .sequence(
            Task.operator(
                    "wait_for_trips",
                    Operator.of(google + "sensors.gcs.GCSObjectExistenceSensor")
                        .with("bucket", context.config().get("trips.bucket"))
                        .with("object", Template.join("trips/", Template.runtime("%Y-%m-%d"), ".json"))
                        .with("deferrable", true))
                .timeout(Duration.ofHours(6)),
            Task.job("count_trips", this::countTrips),
            Task.operator(
                "archive_trips",
                Operator.of(google + "transfers.gcs_to_gcs.GCSToGCSOperator")
                    .with("source_bucket", context.config().get("trips.bucket"))
                    .with("source_object", Template.join("trips/", Template.runtime("%Y-%m-%d"), ".json"))
                    .with("destination_object", Template.join("counted/", Template.runtime("%Y/%m/%d")))
                    .with("move_object", true)))
        .build();
  }

  private void countTrips(JobContext job) {
    System.out.println("Trips of " + job.runtime().toLocalDate());
  }
}
