// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.git.SourceRevision;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What all DAG files of a build have in common.
 *
 * @param groupId the project's group id
 * @param artifactId the project's artifact id
 * @param version the project's version
 * @param env the environment in which the jobs will work
 * @param dagIds how DAG ids are made
 * @param image the pinned image, {@code repository@sha256:…}
 * @param revision the commit that is built
 * @param toolVersion the version of BigFlow
 * @param envVariable the Airflow variable that names the environment in which a job works when it
 *     starts; absent if that is always the one the DAG files are built for
 */
public record DagContext(
    String groupId,
    String artifactId,
    String version,
    String env,
    DagIdPattern dagIds,
    String image,
    SourceRevision revision,
    String toolVersion,
    @Nullable String envVariable) {

  // Airflow renders the image's name as a template, so it may hold nothing but a name.
  private static final Pattern IMAGE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}");

  /**
   * Checks what ends up in names and templates.
   *
   * @throws io.bigflow.problem.BigflowException if the environment's name cannot be used in paths
   *     and ids, or the variable's name not in a template
   * @throws IllegalArgumentException if the image is not pinned by its digest
   */
  public DagContext {
    AirflowNames.requireEnvironment(env);
    if (envVariable != null) {
      AirflowNames.requireVariable(envVariable);
    }
    if (!IMAGE.matcher(image).matches()) {
      throw new IllegalArgumentException("The image '" + image + "' is not pinned by its digest");
    }
  }

  /** What DAG files have in common whose jobs work in the environment they are built for. */
  public DagContext(
      String groupId,
      String artifactId,
      String version,
      String env,
      DagIdPattern dagIds,
      String image,
      SourceRevision revision,
      String toolVersion) {
    this(groupId, artifactId, version, env, dagIds, image, revision, toolVersion, null);
  }
}
