// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.nio.file.Path;
import java.util.List;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.project.MavenProject;

/**
 * What a job runs on: the project's classes, then its dependencies of scope compile and runtime.
 *
 * @param classes the directory of the project's classes
 * @param elements the whole class path, {@code classes} first
 */
record ProjectClassPath(Path classes, List<Path> elements) {

  /** The class path of a project whose dependencies Maven has resolved. */
  static ProjectClassPath of(MavenProject project) {
    try {
      return new ProjectClassPath(
          Path.of(project.getBuild().getOutputDirectory()).toAbsolutePath(),
          project.getRuntimeClasspathElements().stream()
              .map(element -> Path.of(element).toAbsolutePath())
              .toList());
    } catch (DependencyResolutionRequiredException e) {
      throw new IllegalStateException("The goal does not ask Maven to resolve dependencies", e);
    }
  }
}
