// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Locale;

/**
 * When a task starts, by how the tasks before it have ended. A task that does not start is skipped,
 * or counts as failed by those before it.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules">the
 *     trigger rules of Airflow</a>
 */
public enum TriggerRule {
  /** All have succeeded: the default. */
  ALL_SUCCESS,

  /** All have ended, however: for cleaning up. */
  ALL_DONE,

  /** All have failed. */
  ALL_FAILED,

  /** All were skipped. */
  ALL_SKIPPED,

  /** One has succeeded; it does not wait for the others. */
  ONE_SUCCESS,

  /** One has failed; it does not wait for the others. */
  ONE_FAILED,

  /** One has succeeded or failed; it does not wait for the others. */
  ONE_DONE,

  /** All have ended and none has failed; skipped ones do not matter. */
  NONE_FAILED,

  /** As {@link #NONE_FAILED}, and one has succeeded: for the join of branches. */
  NONE_FAILED_MIN_ONE_SUCCESS,

  /** All have ended and none was skipped. */
  NONE_SKIPPED,

  /** At once, whatever the others do. */
  ALWAYS;

  /** The name that Airflow has for it. */
  public String airflowName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
