// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.List;

/** A node of a workflow's graph. It becomes one Airflow task. */
public sealed interface Task permits JobTask {

  /**
   * The id within the workflow: letters, digits, {@code _} and {@code -}, starting with a letter,
   * at most 63 characters.
   */
  String id();

  /** The ids of the tasks that must have succeeded before this one starts. */
  List<String> upstream();

  /** This task, with further tasks that must have succeeded before it starts. */
  Task after(String... taskIds);

  /** A task that runs a job in the project's image. */
  static JobTask job(String id, Job job) {
    return JobTask.of(id, job);
  }
}
