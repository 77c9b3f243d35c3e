// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a deployment does, or does not do, to one object in the project's folders. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PlannedChange.Added.class, name = "added"),
  @JsonSubTypes.Type(value = PlannedChange.Changed.class, name = "changed"),
  @JsonSubTypes.Type(value = PlannedChange.Removed.class, name = "removed"),
  @JsonSubTypes.Type(value = PlannedChange.Unchanged.class, name = "unchanged"),
  @JsonSubTypes.Type(value = PlannedChange.Kept.class, name = "kept"),
  @JsonSubTypes.Type(value = PlannedChange.Foreign.class, name = "foreign"),
  @JsonSubTypes.Type(value = PlannedChange.Conflict.class, name = "conflict"),
  @JsonSubTypes.Type(value = PlannedChange.DagIdTaken.class, name = "dag-id-taken"),
  @JsonSubTypes.Type(value = PlannedChange.Upload.class, name = "upload"),
  @JsonSubTypes.Type(value = PlannedChange.UploadPresent.class, name = "upload-present"),
  @JsonSubTypes.Type(value = PlannedChange.UploadMissing.class, name = "upload-missing")
})
public sealed interface PlannedChange {

  /** The object's name in the bucket. */
  String path();

  /** A change that writes the object. */
  sealed interface Write extends PlannedChange {

    /** The DAG that the file holds. */
    String dagId();

    /** The MD5 of the content to be written, in lower-case hexadecimal. */
    String md5();

    /** The metadata to be written. */
    Map<String, String> metadata();

    /** The generation that is overwritten; 0 = the object must not be there. */
    long overwrites();

    /** What somebody did to the object by hand. */
    Drift drift();
  }

  /** The object is not there; unless somebody removed it, it is new. */
  record Added(String path, String dagId, String md5, Map<String, String> metadata, Drift drift)
      implements Write {

    /** Copies the map; ordered, so that the same plan gives the same file. */
    public Added {
      metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    @Override
    public long overwrites() {
      return 0;
    }
  }

  /**
   * The object is ours and differs from what was built.
   *
   * @param contentDiffers false = only the metadata differs
   */
  record Changed(
      String path,
      String dagId,
      String md5,
      Map<String, String> metadata,
      long overwrites,
      boolean contentDiffers,
      Drift drift)
      implements Write {

    /** Copies the map; ordered, so that the same plan gives the same file. */
    public Changed {
      metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }
  }

  /**
   * The object is ours and is not built any more.
   *
   * @param dagId the DAG that the file holds; empty if nobody wrote it down
   */
  record Removed(String path, String dagId, long generation, Drift drift)
      implements PlannedChange {}

  /** The object is ours and as it was built. */
  record Unchanged(String path, String dagId, String md5, long generation)
      implements PlannedChange {}

  /** The object is ours, but not part of this deployment: it stays as it is. */
  record Kept(String path) implements PlannedChange {}

  /**
   * The object lies in our folder but is not ours, and is not in our way: it stays as it is.
   *
   * @param owner the mark it carries; may be empty
   */
  record Foreign(String path, String owner) implements PlannedChange {}

  /**
   * The object is not ours and has the name of a file that we would write: nothing is deployed.
   *
   * @param owner the mark it carries; may be empty
   */
  record Conflict(String path, String owner) implements PlannedChange {}

  /**
   * Another owner's DAG has the id of one that we would add: nothing is deployed, because Airflow
   * would run now the one and now the other.
   *
   * @param path the file that we would write
   * @param dagId the id of both
   * @param owner the other's mark
   * @param other the other's file
   */
  record DagIdTaken(String path, String dagId, String owner, String other)
      implements PlannedChange {}

  /**
   * A file beside the DAGs is to be brought.
   *
   * @param sha256 the SHA-256 of the content, in lower-case hexadecimal
   * @param md5 the MD5 of the content, in lower-case hexadecimal
   * @param size in bytes
   * @param overwrites the generation of an object of ours with another content than its name says;
   *     0 = there is none
   */
  record Upload(String path, String sha256, String md5, long size, long overwrites)
      implements PlannedChange {}

  /** A file beside the DAGs is there. */
  record UploadPresent(String path, long generation) implements PlannedChange {}

  /**
   * A file beside the DAGs is not there, and cannot be brought either: nothing is deployed.
   *
   * @param sha256 the SHA-256 of the content that is needed
   * @param damaged whether there is an object with another content
   * @param workflows those that need it, ordered
   */
  record UploadMissing(String path, String sha256, boolean damaged, List<String> workflows)
      implements PlannedChange {

    /** Copies the list. */
    public UploadMissing {
      workflows = List.copyOf(workflows);
    }
  }
}
