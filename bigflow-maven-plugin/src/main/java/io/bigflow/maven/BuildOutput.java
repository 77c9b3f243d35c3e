// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.image.ImageBuildRequest;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files that the goals hand to each other, by default {@code target/bigflow}.
 *
 * @param directory absolute
 */
record BuildOutput(Path directory) {

  /** The checked workflows, written by {@code describe}. */
  Path workflows() {
    return directory.resolve("workflows.json");
  }

  /** The image, written by {@code build-image}. */
  Path imageTar() {
    return ImageBuildRequest.tar(directory);
  }

  /** What the image is, written by {@code build-image}. */
  Path image() {
    return ImageBuildRequest.description(directory);
  }

  /** The templates of pipelines, written by {@code stage-templates}. */
  Path templates() {
    return directory.resolve("templates.json");
  }

  /** What a deployment would change, written by {@code plan}. */
  Path plan() {
    return directory.resolve("plan.json");
  }

  /** The past deployments, written by {@code history}. */
  Path history() {
    return directory.resolve("history.json");
  }

  /** The run that was started, written by {@code trigger}. */
  Path trigger() {
    return directory.resolve("trigger.json");
  }

  /** How the deployed DAGs are, written by {@code status}. */
  Path status() {
    return directory.resolve("status.json");
  }

  /** What the checks found, written by {@code doctor}. */
  Path doctor() {
    return directory.resolve("doctor.json");
  }

  /** The configuration in force, written by {@code config}. */
  Path config() {
    return directory.resolve("config.json");
  }

  /**
   * What the last deployment did.
   *
   * @param kind {@code json} or {@code md}
   */
  Path report(String kind) {
    return directory.resolve("deploy-report." + kind);
  }

  /** Reads a file that an earlier goal wrote. */
  <T> T read(Path file, Class<T> type, String writtenBy) throws IOException {
    requireFile(file, writtenBy);
    try {
      return SpecJson.read(file, type);
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              file.getFileName() + " cannot be used: " + e.getMessage(),
              file.toString(),
              "Build again: mvn clean package"),
          e);
    }
  }

  /** Fails if a file that an earlier goal writes is not there. */
  void requireFile(Path file, String writtenBy) {
    if (!Files.isRegularFile(file)) {
      throw BigflowException.of(
          Problem.of(
              file.getFileName() + " is missing; bigflow:" + writtenBy + " writes it",
              file.toString(),
              "Build first, with the same profile and environment: mvn package"));
    }
  }
}
