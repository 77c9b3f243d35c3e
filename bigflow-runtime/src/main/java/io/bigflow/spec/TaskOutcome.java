// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;
import java.util.Optional;

/** How a task of a run has ended. */
public enum TaskOutcome {
  /** It ran and did its work. */
  SUCCESS,

  /** It ran and failed. */
  FAILED,

  /** It did not run, because it was not to. */
  SKIPPED,

  /** It did not run, because of a failure before it. */
  UPSTREAM_FAILED;

  /**
   * What becomes of a task when all tasks before it have ended, as Airflow decides it.
   *
   * @param triggerRule in Airflow's words
   * @param upstream how the tasks directly before it have ended
   * @return empty if the task runs, otherwise how it ends without
   * @throws IllegalArgumentException if the rule is unknown
   * @see <a
   *     href="https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules">the
   *     trigger rules of Airflow</a>
   */
  public static Optional<TaskOutcome> withoutRunning(
      String triggerRule, List<TaskOutcome> upstream) {
    if (upstream.isEmpty()) {
      return Optional.empty();
    }
    boolean success = upstream.contains(SUCCESS);
    boolean failed = upstream.contains(FAILED) || upstream.contains(UPSTREAM_FAILED);
    boolean skipped = upstream.contains(SKIPPED);
    return switch (triggerRule) {
      case "all_success" -> ended(failed, UPSTREAM_FAILED).or(() -> ended(skipped, SKIPPED));
      case "all_failed" -> ended(success || skipped, SKIPPED);
      case "all_done", "always" -> Optional.empty();
      case "all_skipped" -> ended(success || failed, SKIPPED);
      case "one_success" -> ended(!success, failed ? UPSTREAM_FAILED : SKIPPED);
      case "one_failed" -> ended(!failed, SKIPPED);
      case "one_done" -> ended(!success && !upstream.contains(FAILED), SKIPPED);
      case "none_failed" -> ended(failed, UPSTREAM_FAILED);
      case "none_failed_min_one_success" ->
          ended(failed, UPSTREAM_FAILED).or(() -> ended(!success, SKIPPED));
      case "none_skipped" -> ended(skipped, SKIPPED);
      default ->
          throw new IllegalArgumentException("'" + triggerRule + "' is no trigger rule of Airflow");
    };
  }

  private static Optional<TaskOutcome> ended(boolean condition, TaskOutcome outcome) {
    return condition ? Optional.of(outcome) : Optional.empty();
  }
}
