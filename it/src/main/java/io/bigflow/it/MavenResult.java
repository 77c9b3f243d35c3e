// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.util.List;

/**
 * How a run of Maven ended.
 *
 * @param exitCode 0 = success; 2 = {@code bigflow:plan} found changes
 * @param lines everything that it printed
 */
public record MavenResult(int exitCode, List<String> lines) {

  /** The whole output. */
  public String output() {
    return String.join("\n", lines);
  }

  /**
   * This result, if the build succeeded.
   *
   * @throws AssertionError with the output, if it failed
   */
  public MavenResult succeeded() {
    if (exitCode != 0) {
      throw new AssertionError("The build should have succeeded:\n" + output());
    }
    return this;
  }

  /**
   * This result, if the build failed.
   *
   * @throws AssertionError with the output, if it succeeded
   */
  public MavenResult failed() {
    if (exitCode == 0) {
      throw new AssertionError("The build should have failed:\n" + output());
    }
    return this;
  }

  /**
   * This result, if Maven ended with an exit code.
   *
   * @throws AssertionError with the output, if it ended with another one
   */
  public MavenResult exited(int code) {
    if (exitCode != code) {
      throw new AssertionError(
          "Maven should have ended with " + code + ", not " + exitCode + ":\n" + output());
    }
    return this;
  }

  /** How many lines contain a text. */
  public long count(String text) {
    return lines.stream().filter(line -> line.contains(text)).count();
  }
}
