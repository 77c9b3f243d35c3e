// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was built with what is there. A pure function: it reads nothing and changes
 * nothing.
 *
 * <p>Only objects in the project's own folder that carry the owner's mark can be planned to be
 * changed or removed. An object anywhere else is not even part of a plan.
 */
public final class DagPlanner {

  /** Names the DAG on an object, for those who look at a shared bucket. */
  static final String DAG_ID_METADATA = "bigflow-dag-id";

  /** Names the project's version on an object. */
  static final String VERSION_METADATA = "bigflow-version";

  private DagPlanner() {}

  /**
   * Plans a deployment.
   *
   * @param files what was built
   * @param actual what is in the bucket, at least in {@link BuiltDags#folder()}
   */
  public static DeployPlan plan(DagFiles files, Collection<BucketObject> actual) {
    BuiltDags built = files.built();
    Owner owner = Owner.of(built);
    Map<String, BucketObject> present = new TreeMap<>();
    for (BucketObject object : actual) {
      if (object.path().startsWith(built.folder())) {
        present.put(object.path(), object);
      }
    }
    Map<String, PlannedChange> changes = new TreeMap<>();
    for (BuiltDags.Dag dag : built.dags()) {
      changes.put(dag.path(), compare(files, dag, owner, present.remove(dag.path())));
    }
    for (BucketObject rest : present.values()) {
      changes.put(
          rest.path(),
          owner.owns(rest)
              ? new PlannedChange.Removed(rest.path(), rest.generation())
              : new PlannedChange.Foreign(rest.path(), Owner.markOn(rest).orElse("")));
    }
    List<PlannedChange> ordered = new ArrayList<>(changes.values());
    return new DeployPlan(owner, built.folder(), built.image(), ordered);
  }

  private static PlannedChange compare(
      DagFiles files, BuiltDags.Dag dag, Owner owner, @Nullable BucketObject present) {
    String md5 = ContentHash.md5(files.content(dag.path()));
    Map<String, String> metadata =
        Map.of(
            Owner.METADATA,
            owner.mark(),
            DAG_ID_METADATA,
            dag.dagId(),
            VERSION_METADATA,
            files.built().version());
    if (present == null) {
      return new PlannedChange.Added(dag.path(), dag.dagId(), md5, metadata);
    }
    if (!owner.owns(present)) {
      return new PlannedChange.Conflict(dag.path(), Owner.markOn(present).orElse(""));
    }
    // Other tools may have added metadata of their own, which harms nobody.
    boolean sameMetadata = present.metadata().entrySet().containsAll(metadata.entrySet());
    boolean sameContent = present.md5().equals(md5);
    return sameContent && sameMetadata
        ? new PlannedChange.Unchanged(dag.path())
        : new PlannedChange.Changed(
            dag.path(), dag.dagId(), md5, metadata, present.generation(), !sameContent);
  }
}
