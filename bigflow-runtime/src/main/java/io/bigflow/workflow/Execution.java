// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/** What Airflow runs a job with. */
public enum Execution {
  /** A pod with the project's image: Java code that waits for what it has started. */
  POD,

  /**
   * An operator of Airflow that starts the work and then waits without a pod and without a worker.
   */
  OPERATOR
}
