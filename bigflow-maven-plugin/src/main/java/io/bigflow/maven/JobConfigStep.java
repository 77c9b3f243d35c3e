// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.process.JavaProcess;
import io.bigflow.spec.JobConfigSpec;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** From the project's class path to the job configuration of its environment. */
final class JobConfigStep {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private JobConfigStep() {}

  /**
   * The configuration as it is deployed: without secrets, and without the variables of the
   * operating system of this machine.
   *
   * @throws BigflowException if it cannot be read
   */
  static JobConfigSpec read(AbstractBigflowMojo mojo) throws IOException, InterruptedException {
    Files.createDirectories(mojo.output().directory());
    Path file = Files.createTempFile(mojo.output().directory(), "jobs", ".json");
    try {
      List<String> said = new ArrayList<>();
      int exit =
          new JavaProcess(
                  RunMojo.javaHome(),
                  ProjectClassPath.of(mojo.project()).elements(),
                  "io.bigflow.launch.Launcher",
                  List.of(),
                  List.of(
                      "config", "--env", mojo.env(), "--output", file.toString(), "--no-variables"),
                  mojo.baseDirectory())
              .run(said::add, LIMIT, "");
      if (exit != 0) {
        throw BigflowException.of(
            Problem.of(
                "The job configuration of environment '"
                    + mojo.env()
                    + "' cannot be read: "
                    + String.join(" ", said),
                "src/main/resources",
                "Mend the file, or choose another environment with -Dbigflow.env=…"));
      }
      return SpecJson.read(file, JobConfigSpec.class);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
