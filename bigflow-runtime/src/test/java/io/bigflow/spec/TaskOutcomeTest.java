// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import static io.bigflow.spec.TaskOutcome.FAILED;
import static io.bigflow.spec.TaskOutcome.SKIPPED;
import static io.bigflow.spec.TaskOutcome.SUCCESS;
import static io.bigflow.spec.TaskOutcome.UPSTREAM_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.TriggerRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TaskOutcomeTest {

  // What Airflow 2.11 and 3.3 do once all tasks before have ended; '-' = the task runs. Columns:
  // all
  // succeeded; one failed; one behind a failure; one skipped; all skipped; all failed; failed and
  // skipped.
  @ParameterizedTest
  @CsvSource({
    "all_success,                 -, U, U, S, S, U, U",
    "all_done,                    -, -, -, -, -, -, -",
    "always,                      -, -, -, -, -, -, -",
    "all_failed,                  S, S, S, S, S, -, S",
    "all_skipped,                 S, S, S, S, -, S, S",
    "one_success,                 -, -, -, -, S, U, U",
    "one_failed,                  S, -, -, S, S, -, -",
    "one_done,                    -, -, -, -, S, -, -",
    "none_failed,                 -, U, U, -, -, U, U",
    "none_failed_min_one_success, -, U, U, -, S, U, U",
    "none_skipped,                -, -, -, S, S, -, S",
  })
  void decidesAsAirflowDoes(
      String rule, String a, String b, String c, String d, String e, String f, String g) {
    assertThat(
            List.of(
                ends(rule, SUCCESS, SUCCESS),
                ends(rule, SUCCESS, FAILED),
                ends(rule, SUCCESS, UPSTREAM_FAILED),
                ends(rule, SUCCESS, SKIPPED),
                ends(rule, SKIPPED, SKIPPED),
                ends(rule, FAILED, FAILED),
                ends(rule, FAILED, SKIPPED)))
        .containsExactly(a, b, c, d, e, f, g);
  }

  private static String ends(String rule, TaskOutcome... upstream) {
    return TaskOutcome.withoutRunning(rule, List.of(upstream))
        .map(outcome -> outcome.name().substring(0, 1))
        .orElse("-");
  }

  @ParameterizedTest
  @EnumSource
  void withoutTasksBeforeEveryRuleLetsItRun(TriggerRule rule) {
    assertThat(ends(rule.airflowName())).isEqualTo("-");
  }

  @Test
  void anUnknownRuleIsNoGuess() {
    assertThatThrownBy(() -> ends("all_sucess", SUCCESS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'all_sucess' is no trigger rule of Airflow");
  }
}
