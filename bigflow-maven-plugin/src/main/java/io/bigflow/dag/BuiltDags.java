// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.List;

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
   */
  public record Dag(String path, String dagId, String workflow, String sha256, String buildTag) {}
}
