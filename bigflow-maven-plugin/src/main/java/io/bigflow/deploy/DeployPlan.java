// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.problem.Problem;
import java.util.List;

/**
 * What a deployment does to a bucket. {@code plan} shows it and {@code deploy-dags} applies it.
 *
 * @param owner for whom it is done
 * @param folder where the owner's objects lie, with a slash at the end
 * @param image the image that the DAGs name, {@code repository@sha256:…}
 * @param changes one for each object in the folder, before or after, ordered by path
 */
public record DeployPlan(Owner owner, String folder, String image, List<PlannedChange> changes) {

  /** Copies the list. */
  public DeployPlan {
    changes = List.copyOf(changes);
  }

  /** The changes of one kind. */
  public <T extends PlannedChange> List<T> changes(Class<T> kind) {
    return changes.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Whether the bucket is already as it was built, so that nothing is to be written or removed. */
  public boolean isEmpty() {
    return changes.stream()
        .allMatch(
            change ->
                change instanceof PlannedChange.Unchanged
                    || change instanceof PlannedChange.Foreign);
  }

  /** Whether DAGs will be there that run in the image. */
  public boolean needsImage() {
    return changes.stream()
        .anyMatch(
            change ->
                change instanceof PlannedChange.Write || change instanceof PlannedChange.Unchanged);
  }

  /**
   * Why the plan cannot be applied; empty if it can.
   *
   * @param bucket how messages name the bucket
   */
  public List<Problem> conflicts(String bucket) {
    return changes(PlannedChange.Conflict.class).stream()
        .map(conflict -> conflict(bucket, conflict))
        .toList();
  }

  private Problem conflict(String bucket, PlannedChange.Conflict conflict) {
    String object = bucket + "/" + conflict.path();
    String what = "Cannot deploy '" + object + "': an object of this name is there and ";
    return conflict.owner().isEmpty()
        ? new Problem(
            what
                + "has no mark of '"
                + owner.mark()
                + "', so somebody uploaded or edited it by other means",
            object,
            "If nobody needs that object, remove it, then run the same command again",
            "deploy-conflict")
        : new Problem(
            what + "belongs to '" + conflict.owner() + "', not to '" + owner.mark() + "'",
            object,
            "Give this project another artifactId or env, or remove the other project's object",
            "deploy-conflict");
  }
}
