// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;

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

  @Override
  void run() throws IOException, InterruptedException {
    describe();
  }
}
