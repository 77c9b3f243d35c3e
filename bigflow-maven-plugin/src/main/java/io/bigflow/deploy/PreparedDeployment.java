// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan, and all that is needed to apply it.
 *
 * @param plan what is changed
 * @param files what is to be there
 * @param scope which workflows it is about
 * @param recorded what the last deployment left
 */
public record PreparedDeployment(
    DeployPlan plan, DagFiles files, Scope scope, RecordedState recorded) {

  /** Whether nothing is to be done: neither to the files nor to the record. */
  public boolean isDone() {
    return plan.isEmpty() && recordIsTrue();
  }

  /** Whether the record says what is in the bucket, and nobody has left a claim behind. */
  private boolean recordIsTrue() {
    DeploymentRecord record = recorded.record();
    if (record.claim() != null) {
      return false;
    }
    Map<String, DeploymentRecord.File> known = record.filesByPath();
    Map<String, Long> present = new HashMap<>();
    plan.changes(PlannedChange.Unchanged.class)
        .forEach(same -> present.put(same.path(), same.generation()));
    for (DagEntry entry : files.entries()) {
      DeploymentRecord.@Nullable File file = known.remove(entry.path());
      if (!scope.has(entry.workflow())) {
        continue;
      }
      if (file == null
          || !file.entry().equals(entry)
          || present.getOrDefault(entry.path(), 0L) != file.generation()) {
        return false;
      }
    }
    // What is left over was removed by somebody else.
    return !scope.isAll() || known.isEmpty();
  }
}
