// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.process.ProjectJvm;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * Loads the definitions in a JVM of their own, on the project's class path: whatever version of a
 * library a project uses cannot disturb Maven, and the other way round.
 */
public final class ForkedWorkflowDiscovery implements WorkflowDiscovery {
  private static final String MAIN = "io.bigflow.describe.Describe";

  private final ProjectJvm jvm;

  /**
   * A discovery on a class path.
   *
   * @param javaHome the JDK or JRE of the new JVM
   * @param directory its working directory
   * @param limit the JVM is killed after this time
   * @param output gets what the user's code prints
   */
  public ForkedWorkflowDiscovery(
      Path javaHome,
      List<Path> classPath,
      Path directory,
      Duration limit,
      Consumer<String> output) {
    this.jvm =
        new ProjectJvm(javaHome, classPath, directory, limit, "bigflow.describe.timeout", output);
  }

  @Override
  public ProjectSpec describe(List<String> definitions, String env) throws InterruptedException {
    try {
      Path file = Files.createTempFile("bigflow-", ".json");
      try {
        Files.delete(file);
        return describe(definitions, env, file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "The workflows cannot be described: " + e.getMessage(),
              "",
              "If this speaks of a format, use the same version of io.bigflow:bigflow-runtime and"
                  + " io.bigflow:bigflow-maven-plugin"),
          e);
    }
  }

  private ProjectSpec describe(List<String> definitions, String env, Path file)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    for (String definition : definitions) {
      Collections.addAll(arguments, "--definition", definition);
    }
    Collections.addAll(arguments, "--env", env, "--output", file.toString());
    ProjectJvm.Ended ended = jvm.run(MAIN, arguments);
    if (ended.exitCode() != 0 || !Files.exists(file)) {
      throw BigflowException.of(
          Problem.of(
              "The JVM that loads the workflow definitions ended with exit code "
                  + ended.exitCode()
                  + ended.said(),
              String.join(", ", definitions),
              "Mend what it says. If it says nothing, look for System.exit in a definition"));
    }
    return SpecJson.read(file, ProjectSpec.class);
  }
}
