package com.example.docs;

import io.bigflow.operators.AirflowOperators;
import io.bigflow.operators.GcsOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TriggerRule;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;

/** Branches that meet again, in a group and in a pool. */
public final class ReportsWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    String project = context.config().get("trips.project");
    String bucket = context.config().get("trips.bucket");
    return Workflow.builder("reports")
        .schedule(Schedule.cron("0 6 * * MON-FRI"))
        .runTimeout(Duration.ofHours(8))
        .tasks(
            Task.operator(
                "wait_for_trips",
                AirflowOperators.waitForDag(Template.dagId("trips")).with("execution_delta", Duration.ofHours(6))),
            Task.operator(
                    "choose", AirflowOperators.branch("'load_all' if data_interval_start.day == 1 else 'load_new'"))
                .after("wait_for_trips"),
            Task.operator("load_all", load(project, bucket, "trips/*.csv")).after("choose").group("load"),
            Task.operator("load_new", load(project, bucket, "trips/new-*.csv")).after("choose").group("load"),
            Task.job("report", run -> System.out.println("Report of " + run.runtime()))
                .after("load_all", "load_new")
                .triggerRule(TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
                .pool("reports", 2)
                .priority(10),
            Task.operator("clean_up", GcsOperators.delete(bucket, "trips/new-"))
                .after("report")
                .triggerRule(TriggerRule.ALL_DONE))
        .build();
  }

  private static Operator load(String project, String bucket, String files) {
    return GcsOperators.toBigQuery(bucket, List.of(files), project + ".reports.trips");
  }
}
