// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import io.bigflow.workflow.PythonFunction;
import io.bigflow.workflow.Template;
import java.util.List;

/**
 * Airflow's own operators.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/index.html">the
 *     provider "standard"</a>
 */
public final class AirflowOperators {
  private static final String STANDARD = "airflow.providers.standard.operators.";
  private static final String EXTERNAL_TASK =
      "airflow.providers.standard.sensors.external_task.ExternalTaskSensor";

  private AirflowOperators() {}

  /** Does nothing: a point where branches meet, or from which they go. */
  public static Operator empty() {
    return Operator.of(STANDARD + "empty.EmptyOperator");
  }

  /**
   * Lets the workflow go on only if a condition holds; otherwise the tasks directly behind are
   * skipped, and those after them as their trigger rules say.
   *
   * @param condition an expression of Jinja without braces, for example {@code params["full"]} or
   *     {@code data_interval_start.day == 1}; never made of a text that comes from elsewhere
   */
  public static Operator shortCircuit(String condition) {
    return Operator.of(STANDARD + "python.ShortCircuitOperator")
        .with("python_callable", PythonFunction.SPLIT)
        .with("op_args", List.of(Template.jinja("{{ \"yes\" if (" + condition + ") else \"\" }}")))
        .with("ignore_downstream_trigger_rules", false);
  }

  /**
   * Goes on with some of the tasks directly behind; the others are skipped. A task in which the
   * branches meet needs the rule {@link
   * io.bigflow.workflow.TriggerRule#NONE_FAILED_MIN_ONE_SUCCESS}.
   *
   * @param choice an expression of Jinja without braces whose value is the id of a task, or ids
   *     with spaces between, for example {@code "full" if params["full"] else "delta"}; never made
   *     of a text that comes from elsewhere
   */
  public static Operator branch(String choice) {
    return Operator.of(STANDARD + "python.BranchPythonOperator")
        .with("python_callable", PythonFunction.SPLIT)
        .with("op_args", List.of(Template.jinja("{{ " + choice + " }}")));
  }

  /**
   * Waits until the run of another DAG with the same logical date has succeeded, and fails if that
   * run fails. No worker is kept while it waits.
   *
   * <p>For a DAG with another schedule, add how much earlier its logical date is: {@code
   * .with("execution_delta", Duration.ofHours(1))}. Runs without a logical date, as a trigger of
   * Airflow 3 may make them, have nothing to wait for and fail.
   *
   * @param dagId a {@link Template#dagId} for a workflow of this project, or the id itself for any
   *     other DAG
   */
  public static Operator waitForDag(Object dagId) {
    return Operator.of(EXTERNAL_TASK)
        .with("external_dag_id", Texts.of("DAG id", dagId))
        .with("failed_states", List.of("failed"))
        .with("check_existence", true)
        .with("deferrable", true);
  }

  /**
   * Waits, as {@link #waitForDag} does, until some tasks of the other DAG have succeeded, and fails
   * if one of them fails.
   *
   * @param dagId a {@link Template#dagId} for a workflow of this project, or the id itself for any
   *     other DAG
   * @param taskIds at least one
   * @throws IllegalArgumentException if there is none
   */
  public static Operator waitForTasks(Object dagId, String... taskIds) {
    if (taskIds.length == 0) {
      throw new IllegalArgumentException("Name the tasks to wait for, or wait for the DAG.");
    }
    return Operator.of(EXTERNAL_TASK)
        .with("external_dag_id", Texts.of("DAG id", dagId))
        .with("external_task_ids", Texts.all("task id", (Object[]) taskIds))
        .with("failed_states", List.of("failed", "upstream_failed"))
        .with("check_existence", true)
        .with("deferrable", true);
  }
}
