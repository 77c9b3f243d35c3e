// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.jspecify.annotations.Nullable;

/**
 * Loads the project's workflow definitions in a JVM of their own, checks all of them, and reports
 * every problem at once. Writes the checked workflows to {@code target/bigflow/workflows.json} and
 * the index that the launcher reads to {@code META-INF/bigflow/workflows.json} in the classes.
 *
 * @since 0.1.0
 */
@Mojo(
    name = "describe",
    defaultPhase = LifecyclePhase.PROCESS_CLASSES,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
public final class DescribeMojo extends AbstractDescribingMojo {

  /**
   * The Google Cloud project of Composer. If the jobs of the environment work in another one
   * ({@code gcp.project} of their configuration) and name no service account to act as, a warning
   * says so. Default: none, and nothing is compared.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.gcpProjectId")
  private @Nullable String gcpProjectId;

  @Override
  Optional<String> composerProject() {
    return value("bigflow.gcpProjectId", gcpProjectId);
  }

  @Override
  void run() throws IOException, InterruptedException {
    describe();
  }
}
