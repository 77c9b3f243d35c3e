// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import java.util.List;

/**
 * What ran in a test.
 *
 * @param order the ids of the jobs, doubles included, in the order in which they ran
 */
public record WorkflowRun(List<String> order) {

  /** Copies the list. */
  public WorkflowRun {
    order = List.copyOf(order);
  }
}
