// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A node of a workflow's graph. It becomes one Airflow task. */
public sealed interface Task permits JobTask, OperatorTask {

  /**
   * The id within the workflow: letters, digits, {@code _} and {@code -}, starting with a letter,
   * at most 63 characters.
   */
  String id();

  /**
   * The ids of the tasks that must have ended, as the trigger rule says, before this one starts.
   */
  List<String> upstream();

  /**
   * This task, with further tasks that must have ended, as its trigger rule says, before it starts.
   */
  Task after(String... taskIds);

  /** How the tasks before this one must have ended. */
  TriggerRule triggerRule();

  /** The retry policy, if it differs from the workflow's. */
  Optional<RetryPolicy> retry();

  /** The time limit of one try, if it differs from the workflow's. */
  Optional<Duration> timeout();

  /**
   * The service accounts that the task itself names, if they differ from the workflow's: the target
   * last, or none if the task acts as the account that Airflow gives it.
   */
  Optional<List<String>> impersonatedServiceAccounts();

  /** The group in whose box Airflow's page draws the task. */
  Optional<String> group();

  /** The pool of Airflow of which the task takes slots, if it is not the default one. */
  Optional<String> pool();

  /** How many slots of its pool the task takes. */
  int poolSlots();

  /** The weight among the tasks that wait for a place, if stated. */
  Optional<Integer> priority();

  /** The task's documentation in Markdown. */
  Optional<String> documentation();

  /** A task that is one of Airflow's own operators or sensors. */
  static OperatorTask operator(String id, Operator operator) {
    return OperatorTask.of(id, operator);
  }

  /** A task that runs a job in the project's image. */
  static JobTask job(String id, Job job) {
    return JobTask.of(id, job);
  }
}
