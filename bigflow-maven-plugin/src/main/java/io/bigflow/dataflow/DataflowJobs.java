// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dataflow;

import io.bigflow.problem.BigflowException;
import java.util.Optional;

/** The jobs of Dataflow; nothing here changes one. */
public interface DataflowJobs {

  /**
   * The job of a name: one that has not ended, else the one that was started last; empty if there
   * never was one.
   *
   * @throws BigflowException if Dataflow cannot be asked
   */
  Optional<DataflowJob> find(DataflowPlace place, String name);
}
