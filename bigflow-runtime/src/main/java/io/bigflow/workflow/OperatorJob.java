// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Optional;

/**
 * A job that Airflow can do by itself, with one of its operators, so that no pod is needed.
 * Wherever there is no Airflow, as on a developer's machine, it runs like every other job.
 */
public interface OperatorJob extends Job {

  /** The operator that does the same; empty if the job is to run in a pod. */
  Optional<Operator> operator(OperatorContext context);
}
