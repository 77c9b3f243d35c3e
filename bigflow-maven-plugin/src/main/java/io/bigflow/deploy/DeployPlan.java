// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.bigflow.dag.UploadNames;
import io.bigflow.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * What a deployment does to a bucket. {@code plan} shows it and {@code deploy-dags} applies it.
 *
 * @param owner for whom it is done
 * @param previous the number of the deployment that it follows; 0 = none
 * @param recordGeneration the generation of the record that it was made with; 0 = there was none
 * @param images the images that the deployed DAGs name, {@code repository@sha256:…}, ordered
 * @param changes one for each object in the folder, before or after, and for each file beside the
 *     DAGs that they name; ordered by path
 */
public record DeployPlan(
    Owner owner,
    int previous,
    long recordGeneration,
    List<String> images,
    List<PlannedChange> changes) {

  /** Copies the lists. */
  public DeployPlan {
    images = List.copyOf(images);
    changes = List.copyOf(changes);
  }

  /** The changes of one kind. */
  public <T extends PlannedChange> List<T> changes(Class<T> kind) {
    return changes.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Whether the bucket is already as it was built, so that nothing is to be written or removed. */
  @JsonIgnore
  public boolean isEmpty() {
    return changes.stream()
        .allMatch(
            change ->
                change instanceof PlannedChange.Unchanged
                    || change instanceof PlannedChange.Kept
                    || change instanceof PlannedChange.Foreign
                    || change instanceof PlannedChange.UploadPresent);
  }

  /** The changes that overwrite or remove what somebody edited by hand. */
  public List<PlannedChange> edited() {
    return changes.stream()
        .filter(
            change ->
                (change instanceof PlannedChange.Changed changed && changed.drift() == Drift.EDITED)
                    || (change instanceof PlannedChange.Removed removed
                        && removed.drift() == Drift.EDITED))
        .toList();
  }

  /** The DAGs that would be gone from Airflow. */
  public List<String> removedDags() {
    return changes(PlannedChange.Removed.class).stream()
        .map(PlannedChange.Removed::dagId)
        .filter(id -> !id.isEmpty())
        .sorted()
        .distinct()
        .toList();
  }

  /**
   * Why the plan cannot be applied; empty if it can.
   *
   * @param bucket how messages name the bucket
   * @param drift what to do about files that somebody edited by hand
   */
  public List<Problem> conflicts(String bucket, DriftPolicy drift) {
    List<Problem> problems = new ArrayList<>();
    changes(PlannedChange.Conflict.class).forEach(c -> problems.add(conflict(bucket, c)));
    changes(PlannedChange.DagIdTaken.class).forEach(c -> problems.add(taken(bucket, c)));
    changes(PlannedChange.UploadMissing.class).forEach(c -> problems.add(missing(bucket, c)));
    if (drift == DriftPolicy.REFUSE) {
      edited().forEach(c -> problems.add(edited(bucket, c)));
    }
    return problems;
  }

  private static String address(String bucket, String path) {
    return UploadNames.namesBucket(path) ? path : bucket + "/" + path;
  }

  private Problem conflict(String bucket, PlannedChange.Conflict conflict) {
    String object = address(bucket, conflict.path());
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

  private Problem taken(String bucket, PlannedChange.DagIdTaken taken) {
    return new Problem(
        "Cannot deploy '"
            + bucket
            + "/"
            + taken.path()
            + "': its DAG id '"
            + taken.dagId()
            + "' is taken by '"
            + taken.owner()
            + "'",
        bucket + "/" + taken.other(),
        "Rename the workflow, or give the project DAG ids of its own: bigflow.dagIdPattern, for"
            + " example {artifactId}__{workflow}__{env}",
        "deploy-conflict");
  }

  private Problem missing(String bucket, PlannedChange.UploadMissing missing) {
    String object = address(bucket, missing.path());
    return new Problem(
        "The file '"
            + object
            + "' that "
            + String.join(", ", missing.workflows())
            + (missing.workflows().size() == 1 ? " needs" : " need")
            + (missing.damaged()
                ? " has another content than its name says"
                : " is not in the bucket any more"),
        object,
        "Deploy the commit again, or choose another deployment of bigflow:history"
            + (UploadNames.namesBucket(missing.path())
                ? ""
                : ", or copy the file with the SHA-256 " + missing.sha256() + " to that address"),
        "upload-missing");
  }

  private Problem edited(String bucket, PlannedChange change) {
    String object = bucket + "/" + change.path();
    return new Problem(
        "Cannot deploy '" + object + "': somebody edited it by hand since it was deployed",
        object,
        "See the difference with mvn bigflow:plan, take it over into the workflow, then overwrite"
            + " it with -Dbigflow.deploy.drift=overwrite",
        "deploy-drift");
  }
}
