// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import org.jspecify.annotations.Nullable;

/**
 * The record as it was read.
 *
 * @param record what it says; of a project that never deployed, an empty one
 * @param generation the generation of the object; 0 = there is none
 * @param highest the highest number that a deployment ever had
 */
public record RecordedState(DeploymentRecord record, long generation, int highest) {

  /** The state of a project that never deployed. */
  public static RecordedState none(Owner owner) {
    return new RecordedState(DeploymentRecord.empty(owner), 0, 0);
  }

  /** The number of the last deployment that was finished; 0 = none. */
  public int number() {
    @Nullable Deployment last = record.last();
    return last == null ? 0 : last.number();
  }
}
