// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.util.List;

/** Knows which DAGs have runs that are not over. */
@FunctionalInterface
public interface WorkInProgress {

  /** Does not ask. */
  WorkInProgress IGNORED = dagIds -> {};

  /**
   * Called before DAGs are removed, with none of the bucket changed yet. Airflow reads a DAG's file
   * again at every try of every task, so without it the rest of a run fails.
   *
   * @throws io.bigflow.problem.BigflowException if the DAGs must not be removed now
   */
  void beforeRemovalOf(List<String> dagIds);
}
