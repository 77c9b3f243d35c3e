// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The project that the archetype makes. */
public final class SampleProject {
  static final String GROUP_ID = "com.example";
  static final String ARTIFACT_ID = "my-data-jobs";

  private static final String ARCHETYPE_PLUGIN =
      "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate";

  private SampleProject() {}

  /**
   * Generates the project anew, with the defaults of the archetype.
   *
   * @param parent the directory to make it in
   * @param echo gets Maven's output line by line
   * @return the project's directory
   */
  public static Path generate(Path parent, Consumer<String> echo) throws IOException {
    Path project = parent.resolve(ARTIFACT_ID);
    delete(project);
    Files.createDirectories(parent);
    generation(parent).with("artifactId", ARTIFACT_ID).echo(echo).run(ARCHETYPE_PLUGIN).succeeded();
    return project;
  }

  /** A run of Maven that will generate a project once it is told the artifact id. */
  static MavenBuild generation(Path parent) {
    return MavenBuild.in(parent)
        .with("archetypeGroupId", "io.bigflow")
        .with("archetypeArtifactId", "bigflow-archetype")
        .with("archetypeVersion", MavenBuild.version())
        .with("archetypeCatalog", "local")
        .with("groupId", GROUP_ID);
  }

  /** The goal that generates, by its full name. */
  static String goal() {
    return ARCHETYPE_PLUGIN;
  }

  /** Removes a directory with all that is in it. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
