// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a project owns in a bucket, as the last deployment left it. Kept as {@code record.json} in
 * {@link Owner#recordFolder()}.
 *
 * @param formatVersion the format of the file
 * @param owner the owner's mark
 * @param last the last deployment that was finished; null = none
 * @param files what it left in the bucket, ordered by path
 * @param uploads the names of the files beside the DAGs that the project has in the bucket,
 *     ordered: those of the last deployment, and those of earlier ones that a rollback may need
 * @param claim the deployment that is under way, or that was killed; null = none
 */
public record DeploymentRecord(
    int formatVersion,
    String owner,
    @Nullable Deployment last,
    List<File> files,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> uploads,
    @Nullable Claim claim) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  /** Copies the lists; earlier versions of BigFlow wrote none of uploads. */
  public DeploymentRecord {
    files = List.copyOf(files);
    uploads = copy(uploads);
  }

  /** The record of a project that has no file beside the DAGs. */
  public DeploymentRecord(
      int formatVersion,
      String owner,
      @Nullable Deployment last,
      List<File> files,
      @Nullable Claim claim) {
    this(formatVersion, owner, last, files, List.of(), claim);
  }

  private static List<String> copy(@Nullable List<String> names) {
    return names == null ? List.of() : List.copyOf(names);
  }

  /**
   * A file in the bucket.
   *
   * @param entry what it is
   * @param md5 the MD5 of its content in lower-case hexadecimal, as buckets tell it
   * @param generation the generation that was written
   */
  public record File(DagEntry entry, String md5, long generation) {
    /** The object's name. */
    public String path() {
      return entry.path();
    }
  }

  /**
   * The right of one deployment to change the bucket.
   *
   * @param id differs between any two attempts
   * @param deployment what is being done
   * @param beat grows while the deployment lives
   */
  public record Claim(String id, Deployment deployment, long beat) {}

  /** The record of a project that never deployed. */
  static DeploymentRecord empty(Owner owner) {
    return new DeploymentRecord(FORMAT_VERSION, owner.mark(), null, List.of(), List.of(), null);
  }

  DeploymentRecord withClaim(@Nullable Claim other) {
    return new DeploymentRecord(formatVersion, owner, last, files, uploads, other);
  }

  Map<String, File> filesByPath() {
    Map<String, File> byPath = new TreeMap<>();
    files.forEach(file -> byPath.put(file.path(), file));
    return byPath;
  }
}
