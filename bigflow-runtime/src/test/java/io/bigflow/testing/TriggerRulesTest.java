// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.Job;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.TriggerRule;
import io.bigflow.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriggerRulesTest {
  private final List<String> ran = new ArrayList<>();

  private Job fails(String id) {
    return context -> {
      ran.add(id);
      throw new IllegalStateException(id);
    };
  }

  private Job works(String id) {
    return context -> ran.add(id);
  }

  private WorkflowTester workflow(Job spark) {
    Workflow workflow =
        Workflow.builder("average_speed")
            .tasks(
                Task.operator("create", Operator.of("a.Create")),
                Task.job("spark", spark).after("create"),
                Task.job("load", works("load")).after("spark"),
                Task.job("delete", works("delete")).after("load").triggerRule(TriggerRule.ALL_DONE),
                Task.job("keep", works("keep"))
                    .after("spark", "load")
                    .triggerRule(TriggerRule.ONE_FAILED),
                Task.job("archive", works("archive")).after("load"))
            .build();
    return WorkflowTester.of(context -> workflow);
  }

  @Test
  void afterAFailureOnlyThoseRunThatAskForIt() {
    assertThatThrownBy(workflow(fails("spark"))::run)
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("spark");
    assertThat(ran).containsExactly("spark", "delete", "keep");
  }

  @Test
  void withoutAFailureTheOthersRun() {
    assertThat(workflow(works("spark")).run().order())
        .containsExactly("spark", "load", "delete", "archive");
  }

  @Test
  void laterFailuresAreNotLost() {
    WorkflowTester tester = workflow(fails("spark")).replace("delete", fails("delete"));

    assertThatThrownBy(tester::run)
        .hasMessageContaining("spark")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
  }
}
