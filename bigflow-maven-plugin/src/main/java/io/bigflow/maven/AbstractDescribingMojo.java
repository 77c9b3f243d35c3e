// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.provider.AirflowTargets;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.ProjectSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** The goals that load the project's workflow definitions. */
abstract class AbstractDescribingMojo extends AbstractBigflowMojo {

  /**
   * Seconds after which loading the definitions is given up.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.describe.timeout", defaultValue = "120")
  private int describeTimeout;

  /**
   * The versions of the Composer images that the workflows are to run on, with commas between them:
   * {@code composer-3-airflow-3.1.7-build.0}. An operator, or an argument of one, that an image
   * cannot have fails the build. Default: none, and what no known release has fails the build.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.composer.image")
  private @Nullable String composerImage;

  /**
   * The versions of Airflow's providers that the workflows are to run with, where they are known
   * better than by the image: {@code google=22.1.0,standard=1.9.0}. The check of operators counts
   * with them.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.airflow.providers")
  private @Nullable String airflowProviders;

  /**
   * The parameters {@code bigflow.composer.*} as XML: {@code
   * <composer><image>…</image></composer>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> composer;

  /**
   * The parameters {@code bigflow.airflow.*} as XML: {@code
   * <airflow><providers>…</providers></airflow>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> airflow;

  /** Loads and checks all definitions, and writes what the other goals read. */
  final ProjectSpec describe() throws IOException, InterruptedException {
    return new DescribeStep(this, dagIds(), limit(), composerProject(), this::providers).run();
  }

  private ProviderCheck providers() {
    return ProviderCheck.of(
        value(AirflowTargets.IMAGES, composerImage).orElse(""),
        value(AirflowTargets.PROVIDERS, airflowProviders).orElse(""));
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
