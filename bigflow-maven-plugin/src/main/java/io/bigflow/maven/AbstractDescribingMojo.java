// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.spec.ProjectSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;

/** The goals that load the project's workflow definitions. */
abstract class AbstractDescribingMojo extends AbstractBigflowMojo {

  /**
   * Seconds after which loading the definitions is given up.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.describe.timeout", defaultValue = "120")
  private int describeTimeout;

  /** Loads and checks all definitions, and writes what the other goals read. */
  final ProjectSpec describe() throws IOException, InterruptedException {
    return new DescribeStep(this, dagIds(), limit(), composerProject()).run();
  }

  /** The Google Cloud project of Composer, if the goal is to compare the jobs' project with it. */
  Optional<String> composerProject() {
    return Optional.empty();
  }

  /** How long loading the definitions may take. */
  final Duration limit() {
    return Duration.ofSeconds(number("bigflow.describe.timeout", describeTimeout));
  }
}
