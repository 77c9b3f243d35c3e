// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.Operator;
import io.bigflow.workflow.PythonFunction;
import io.bigflow.workflow.Template;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That real Airflow accepts them all is what {@code .ci/journey.sh} shows. */
class OperatorsTest {

  @Test
  void aTextReachesTheOperatorAsItIsAndATemplateIsRendered() {
    Operator operator =
        GcsOperators.waitForObject("landing-{{ x }}", Template.join("a/", Template.runtime("%Y")));

    assertThat(operator.className())
        .isEqualTo("airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor");
    assertThat(operator.arguments())
        .isEqualTo(
            Map.of(
                "bucket", Template.text("landing-{{ x }}"),
                "object", Template.join("a/", Template.runtime("%Y")),
                "deferrable", true));
  }

  @Test
  void whatIsNeitherIsRefusedWhereItIsWritten() {
    assertThatThrownBy(() -> GcsOperators.delete("b", 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The prefix of an operator is 7. Give a String or a Template.");
    assertThatThrownBy(() -> GcsOperators.toBigQuery("b", List.of(true), "p.d.t"))
        .hasMessage("The object of an operator is true. Give a String or a Template.");
  }

  @Test
  void moreIsAddedByWith() {
    assertThat(
            GcsOperators.toBigQuery("b", List.of("*.json"), "p.d.t")
                .with("source_format", "NEWLINE_DELIMITED_JSON")
                .arguments())
        .containsEntry("source_format", "NEWLINE_DELIMITED_JSON")
        .containsEntry("source_objects", List.of(Template.text("*.json")));
  }

  @Test
  void aWorkflowWaitsForADagOrForItsTasks() {
    assertThat(AirflowOperators.waitForDag(Template.dagId("sales")).arguments())
        .containsEntry("external_dag_id", Template.dagId("sales"))
        .containsEntry("failed_states", List.of("failed"));
    assertThat(AirflowOperators.waitForTasks("other__prod", "a", "b").arguments())
        .containsEntry("external_dag_id", Template.text("other__prod"))
        .containsEntry("external_task_ids", List.of(Template.text("a"), Template.text("b")))
        .containsEntry("failed_states", List.of("failed", "upstream_failed"));
    assertThatThrownBy(() -> AirflowOperators.waitForTasks("other__prod"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Name the tasks to wait for, or wait for the DAG.");
  }

  @Test
  void conditionsAreWordsOrNone() {
    assertThat(AirflowOperators.shortCircuit("params[\"full\"]").arguments())
        .containsEntry("python_callable", PythonFunction.SPLIT)
        .containsEntry(
            "op_args", List.of(Template.jinja("{{ \"yes\" if (params[\"full\"]) else \"\" }}")));
    assertThat(AirflowOperators.branch("\"a\" if x else \"b\"").arguments())
        .containsEntry("op_args", List.of(Template.jinja("{{ \"a\" if x else \"b\" }}")));
  }
}
