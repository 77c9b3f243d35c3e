// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.util.Map;

/** What a deployment does, or does not do, to one object in the project's folder. */
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
  }

  /** The object is not there yet. */
  record Added(String path, String dagId, String md5, Map<String, String> metadata)
      implements Write {

    /** Copies the map. */
    public Added {
      metadata = Map.copyOf(metadata);
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
      boolean contentDiffers)
      implements Write {

    /** Copies the map. */
    public Changed {
      metadata = Map.copyOf(metadata);
    }
  }

  /** The object is ours and is not built any more. */
  record Removed(String path, long generation) implements PlannedChange {}

  /** The object is ours and as it was built. */
  record Unchanged(String path) implements PlannedChange {}

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
}
