// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.UploadNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was built with what is recorded and what is there. A pure function: it reads
 * nothing and changes nothing.
 *
 * <p>Only objects in the project's own folder can be planned to be changed or removed: those that
 * carry the owner's mark, and those that the record lists and that carry nobody's mark, because
 * whoever edits a file by hand wipes its mark away. An object anywhere else is not even part of a
 * plan.
 */
public final class DagPlanner {

  /** Names the DAG on an object, for those who look at a shared bucket. */
  static final String DAG_ID_METADATA = "bigflow-dag-id";

  /** Names the project's version on an object. */
  static final String VERSION_METADATA = "bigflow-version";

  /** The MD5 of the content as it was deployed: an object that differs was edited by hand. */
  static final String MD5_METADATA = "bigflow-md5";

  private DagPlanner() {}

  /**
   * Plans a deployment.
   *
   * @param files what is to be there
   * @param scope which workflows it is about
   * @param recorded what the last deployment left
   * @param actual what is in the bucket, at least in {@link Owner#dagFolder()} and in {@link
   *     DagFiles#uploadFolders}; objects of others elsewhere tell which DAG ids are taken
   */
  public static DeployPlan plan(
      DagFiles files, Scope scope, RecordedState recorded, Collection<BucketObject> actual) {
    Owner owner = files.owner();
    Map<String, DeploymentRecord.File> known = recorded.record().filesByPath();
    Map<String, BucketObject> present = new TreeMap<>();
    Map<String, BucketObject> othersByDagId = new HashMap<>();
    for (BucketObject object : actual) {
      if (object.path().startsWith(owner.dagFolder())) {
        present.put(object.path(), object);
      } else if (object.path().endsWith(".py") && Owner.markOn(object).isPresent()) {
        @Nullable String dagId = object.metadata().get(DAG_ID_METADATA);
        if (dagId != null) {
          othersByDagId.putIfAbsent(dagId, object);
        }
      }
    }
    Map<String, PlannedChange> changes = new TreeMap<>();
    Set<String> wanted = new HashSet<>();
    for (DagEntry dag : files.entries()) {
      wanted.add(dag.path());
      @Nullable BucketObject object = present.get(dag.path());
      if (scope.has(dag.workflow())) {
        changes.put(
            dag.path(),
            compare(files, dag, object, known.get(dag.path()), othersByDagId.get(dag.dagId())));
      } else if (object != null) {
        changes.put(dag.path(), left(owner, object, known.get(dag.path())));
      }
    }
    for (BucketObject rest : present.values()) {
      if (!wanted.contains(rest.path())) {
        changes.put(
            rest.path(),
            scope.isAll()
                ? removed(owner, rest, known.get(rest.path()))
                : left(owner, rest, known.get(rest.path())));
      }
    }
    uploads(files, scope, actual).forEach(upload -> changes.put(upload.path(), upload));
    List<PlannedChange> ordered = new ArrayList<>(changes.values());
    return new DeployPlan(
        owner, recorded.number(), recorded.generation(), images(files, scope), ordered);
  }

  private static List<PlannedChange> uploads(
      DagFiles files, Scope scope, Collection<BucketObject> actual) {
    List<BuiltDags.Upload> needed = files.uploads(scope);
    if (needed.isEmpty()) {
      return List.of();
    }
    Set<String> folders = files.uploadFolders(scope);
    Map<String, BucketObject> present = new HashMap<>();
    for (BucketObject object : actual) {
      if (folders.contains(UploadNames.folderOf(object.path()))) {
        present.put(object.path(), object);
      }
    }
    Set<String> incomplete =
        needed.stream()
            .filter(upload -> !present.containsKey(upload.path()))
            .map(BuiltDags.Upload::hash)
            .collect(Collectors.toSet());
    return needed.stream()
        .map(
            upload ->
                upload(
                    files,
                    upload,
                    present.get(upload.path()),
                    upload.isTemplate() && !incomplete.contains(upload.hash())))
        .toList();
  }

  /**
   * @param anyContent whether all files of a template are there: then they belong together, and are
   *     made of the same as ours, although Beam may have written other bytes
   */
  private static PlannedChange upload(
      DagFiles files, BuiltDags.Upload upload, @Nullable BucketObject present, boolean anyContent) {
    if (present != null
        && (present.md5().equals(upload.md5()) || (anyContent && files.owner().owns(present)))) {
      // Whoever brought it: the name says what it must be, and it is.
      return new PlannedChange.UploadPresent(upload.path(), present.generation());
    }
    if (present != null && !files.owner().owns(present)) {
      return new PlannedChange.Conflict(upload.path(), Owner.markOn(present).orElse(""));
    }
    if (files.upload(upload.path()).isEmpty()) {
      return new PlannedChange.UploadMissing(
          upload.path(),
          upload.sha256(),
          present != null,
          files.entries().stream()
              .filter(entry -> entry.uploads().contains(upload.anyContent()))
              .map(DagEntry::workflow)
              .sorted()
              .toList());
    }
    return new PlannedChange.Upload(
        upload.path(),
        upload.sha256(),
        upload.md5(),
        upload.size(),
        present == null ? 0 : present.generation());
  }

  private static List<String> images(DagFiles files, Scope scope) {
    return files.entries().stream()
        .filter(dag -> scope.has(dag.workflow()))
        .map(DagEntry::image)
        .distinct()
        .sorted()
        .toList();
  }

  private static PlannedChange compare(
      DagFiles files,
      DagEntry dag,
      @Nullable BucketObject present,
      DeploymentRecord.@Nullable File known,
      @Nullable BucketObject sameDagId) {
    String md5 = ContentHash.md5(files.content(dag.path()));
    Map<String, String> metadata =
        Map.of(
            Owner.METADATA,
            files.owner().mark(),
            DAG_ID_METADATA,
            dag.dagId(),
            VERSION_METADATA,
            dag.version(),
            MD5_METADATA,
            md5);
    if (present == null) {
      if (known == null && sameDagId != null) {
        return new PlannedChange.DagIdTaken(
            dag.path(), dag.dagId(), Owner.markOn(sameDagId).orElse(""), sameDagId.path());
      }
      return new PlannedChange.Added(
          dag.path(), dag.dagId(), md5, metadata, known == null ? Drift.NONE : Drift.REMOVED);
    }
    if (!isOurs(files.owner(), present, known)) {
      return new PlannedChange.Conflict(dag.path(), Owner.markOn(present).orElse(""));
    }
    // Other tools may have added metadata of their own, which harms nobody.
    boolean sameMetadata = present.metadata().entrySet().containsAll(metadata.entrySet());
    boolean sameContent = present.md5().equals(md5);
    return sameContent && sameMetadata
        ? new PlannedChange.Unchanged(dag.path(), dag.dagId(), md5, present.generation())
        : new PlannedChange.Changed(
            dag.path(),
            dag.dagId(),
            md5,
            metadata,
            present.generation(),
            !sameContent,
            drift(files.owner(), present));
  }

  private static PlannedChange removed(
      Owner owner, BucketObject object, DeploymentRecord.@Nullable File known) {
    if (!isOurs(owner, object, known)) {
      return new PlannedChange.Foreign(object.path(), Owner.markOn(object).orElse(""));
    }
    String dagId =
        known == null ? object.metadata().getOrDefault(DAG_ID_METADATA, "") : known.entry().dagId();
    return new PlannedChange.Removed(
        object.path(), dagId, object.generation(), drift(owner, object));
  }

  private static PlannedChange left(
      Owner owner, BucketObject object, DeploymentRecord.@Nullable File known) {
    return isOurs(owner, object, known)
        ? new PlannedChange.Kept(object.path())
        : new PlannedChange.Foreign(object.path(), Owner.markOn(object).orElse(""));
  }

  private static boolean isOurs(
      Owner owner, BucketObject object, DeploymentRecord.@Nullable File known) {
    return owner.owns(object) || (known != null && Owner.markOn(object).isEmpty());
  }

  // Whatever a deployment of ours writes has our mark and names its own hash, also if the
  // deployment
  // was stopped before it wrote the record.
  private static Drift drift(Owner owner, BucketObject object) {
    String deployed = object.metadata().getOrDefault(MD5_METADATA, object.md5());
    return owner.owns(object) && deployed.equals(object.md5()) ? Drift.NONE : Drift.EDITED;
  }
}
