// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code build-dags} left behind: {@code target/bigflow/dags.json} beside the files.
 *
 * @param formatVersion the format of the file
 * @param groupId the project's group id
 * @param artifactId the project's artifact id
 * @param version the project's version
 * @param env the environment in which the jobs will work
 * @param commit the commit that was built; empty outside a repository
 * @param dirty whether the work tree differed from the commit
 * @param image the pinned image, {@code repository@sha256:…}
 * @param target where the build was told that they will be deployed to; empty if it was not told
 * @param dags ordered by path
 */
public record BuiltDags(
    int formatVersion,
    String groupId,
    String artifactId,
    String version,
    String env,
    String commit,
    boolean dirty,
    String image,
    String target,
    List<Dag> dags) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  /** Copies the list. */
  public BuiltDags {
    dags = List.copyOf(dags);
  }

  /** {@code groupId:artifactId}: who owns the files in a bucket, together with the environment. */
  public String project() {
    return groupId + ":" + artifactId;
  }

  /** Where all files of this project and environment lie, with a slash at the end. */
  public String folder() {
    return folder(groupId, artifactId, env);
  }

  /** Where all files of a project and environment lie, with a slash at the end. */
  public static String folder(String groupId, String artifactId, String env) {
    return "dags/" + groupId + "." + artifactId + "/" + env + "/";
  }

  /**
   * One DAG file.
   *
   * @param path the object's name in the bucket, {@code dags/<groupId>.<artifactId>/<env>/x.py};
   *     the file has the same path below {@code target/bigflow}
   * @param dagId the DAG id
   * @param workflow the workflow's id
   * @param sha256 the SHA-256 of the content in lower-case hexadecimal
   * @param buildTag the tag of the DAG that no other content has, {@code bigflow-build:} and 12
   *     hexadecimal digits: once Airflow shows it, this file is live
   * @param uploads the files that its operators name, ordered by path
   * @param streaming the pipelines that go on when its tasks have ended, in the order of the tasks
   */
  public record Dag(
      String path,
      String dagId,
      String workflow,
      String sha256,
      String buildTag,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Upload> uploads,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Streaming> streaming) {

    /** Copies the lists; earlier versions of BigFlow wrote none. */
    public Dag {
      uploads = copy(uploads);
      streaming = copy(streaming);
    }

    /** A DAG that leaves nothing running. */
    public Dag(
        String path,
        String dagId,
        String workflow,
        String sha256,
        String buildTag,
        List<Upload> uploads) {
      this(path, dagId, workflow, sha256, buildTag, uploads, List.of());
    }

    /** A DAG that needs no file but its own. */
    public Dag(String path, String dagId, String workflow, String sha256, String buildTag) {
      this(path, dagId, workflow, sha256, buildTag, List.of());
    }
  }

  /**
   * A file beside the DAGs. Its path tells its content, or what it is made of, so it never changes.
   *
   * @param path the object's name in the bucket, {@code
   *     bigflow/<groupId>.<artifactId>/<env>/uploads/<sha256>/<name>}; the file has the same path
   *     below {@code target/bigflow/uploads}, from the hash on. That of a template is in a bucket
   *     of its own, {@code gs://bucket/…/bigflow/…}, and below {@code target/bigflow/templates};
   *     its hash is that of what it is made of, because Beam writes other bytes each time
   * @param sha256 the SHA-256 of the content in lower-case hexadecimal
   * @param md5 the MD5 of the content in lower-case hexadecimal, as buckets tell it
   * @param size in bytes
   */
  public record Upload(String path, String sha256, String md5, long size) {

    /** The file's own name. */
    public String name() {
      return UploadNames.name(path);
    }

    /** What the path tells of the content: its SHA-256, or that of what it is made of. */
    public String hash() {
      return UploadNames.hash(path);
    }

    /** What is known of it wherever it lies: of a template no content, for that is any build's. */
    public Upload anyContent() {
      return isTemplate() ? new Upload(path, hash(), "", 0) : this;
    }

    /** Whether it is the file of a template, in a bucket of its own. */
    public boolean isTemplate() {
      return UploadNames.namesBucket(path);
    }
  }

  /**
   * A pipeline without an end on Dataflow, which goes on when its task has ended.
   *
   * @param task the id of the task
   * @param name the name of the Dataflow job
   * @param project the project; absent if it is not known before a run
   * @param region the region; absent if it is not known before a run
   */
  public record Streaming(
      String task, String name, @Nullable String project, @Nullable String region) {}

  /**
   * A copy of a list.
   *
   * @param list null = none, as records of earlier versions of BigFlow have it
   */
  public static <T> List<T> copy(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
