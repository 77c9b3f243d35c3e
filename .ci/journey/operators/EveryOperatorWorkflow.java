package com.example;

import io.bigflow.operators.AirflowOperators;
import io.bigflow.operators.BigQueryOperators;
import io.bigflow.operators.DataprocOperators;
import io.bigflow.operators.GcsOperators;
import io.bigflow.operators.PubSubOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TriggerRule;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.util.List;
import java.util.Map;

/** One of each that bigflow-runtime has a line for, but those of Dataflow, whose provider is not here. */
public final class EveryOperatorWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    Template day = Template.runtime("%Y-%m-%d");
    Map<String, Object> nothing = Map.of();
    return Workflow.builder("every_operator")
        .schedule(Schedule.manual())
        .tasks(
            Task.operator("branch", AirflowOperators.branch("'circuit' if run_id else 'empty'")),
            Task.operator("circuit", AirflowOperators.shortCircuit("run_id")).after("branch"),
            Task.operator("empty", AirflowOperators.empty())
                .after("branch", "circuit")
                .triggerRule(TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
                .pool("default_pool", 2)
                .priority(3),
            Task.operator("object", GcsOperators.waitForObject("b", day)).group("storage"),
            Task.operator("prefix", GcsOperators.waitForPrefix("b", day)).group("storage"),
            Task.operator("names", GcsOperators.list("b", day)).group("storage"),
            Task.operator("copy", GcsOperators.copy("b", "a/", "c", day)).group("storage"),
            Task.operator("move", GcsOperators.move("b", "a/", "c", day)).group("storage"),
            Task.operator("delete", GcsOperators.delete("b", day)).group("storage"),
            Task.operator("rows", GcsOperators.toBigQuery("b", List.of(day), "p.d.t")),
            Task.operator("job", BigQueryOperators.job("p", Map.of("query", Map.of("query", "SELECT 1")))),
            Task.operator("check", BigQueryOperators.check("SELECT COUNT(*) > 0 FROM d.t")),
            Task.operator("table", BigQueryOperators.waitForTable("p", "d", "t")),
            Task.operator("files", BigQueryOperators.toGcs("p.d.t", "gs://b/*.csv")),
            Task.operator("cluster", DataprocOperators.createCluster("p", "r", "c", Map.of("config_bucket", "b"))),
            Task.operator("no_cluster", DataprocOperators.deleteCluster("p", "r", "c")),
            Task.operator("spark", DataprocOperators.submitJob("p", "r", Map.of("placement", Map.of("cluster_name", "c")))),
            Task.operator("batch", DataprocOperators.createBatch("p", "r", day, nothing)),
            Task.operator("template", DataprocOperators.instantiateTemplate("p", "r", day, nothing)),
            Task.operator("publish", PubSubOperators.publish("p", "t", List.of(Map.of("day", day)))),
            Task.operator("messages", PubSubOperators.waitForMessages("p", "s")),
            Task.operator("dag", AirflowOperators.waitForDag(Template.dagId("listing"))),
            Task.operator("tasks", AirflowOperators.waitForTasks("another__prod", "a", "b")))
        .build();
  }
}
