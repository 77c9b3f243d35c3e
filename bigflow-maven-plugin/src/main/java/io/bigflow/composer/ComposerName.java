// SPDX-License-Identifier: Apache-2.0
package io.bigflow.composer;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.regex.Pattern;

/**
 * The full name of a Composer environment.
 *
 * @param project the id of the Google Cloud project
 * @param region for example {@code europe-west1}
 * @param environment for example {@code my-composer}
 */
public record ComposerName(String project, String region, String environment) {

  // https://cloud.google.com/resource-manager/docs/creating-managing-projects; a project of a
  // domain
  // has the domain before a colon.
  private static final Pattern PROJECT =
      Pattern.compile("([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]");

  // https://cloud.google.com/compute/docs/regions-zones
  private static final Pattern REGION = Pattern.compile("[a-z]+(-[a-z]+)+[0-9]+");

  // https://cloud.google.com/composer/docs/reference/rest/v1/projects.locations.environments
  private static final Pattern ENVIRONMENT = Pattern.compile("[a-z]([a-z0-9-]{0,62}[a-z0-9])?");

  /**
   * Checks the form of all parts, which become part of an address.
   *
   * @throws BigflowException if one has another form
   */
  public ComposerName {
    require(PROJECT, project, "bigflow.gcpProjectId", "project", "my-project-123");
    require(REGION, region, "bigflow.composer.region", "region", "europe-west1");
    require(
        ENVIRONMENT, environment, "bigflow.composer.environment", "Composer environment", "prod");
  }

  private static void require(
      Pattern form, String text, String parameter, String what, String example) {
    if (!form.matcher(text).matches()) {
      throw BigflowException.of(
          Problem.of(
              "'" + text + "' cannot be the name of a " + what,
              parameter,
              "Write it as in: " + example));
    }
  }

  /** The name in Composer's API. */
  public String resource() {
    return "projects/" + project + "/locations/" + region + "/environments/" + environment;
  }

  /** The name in messages. */
  @Override
  public String toString() {
    return environment + " (project " + project + ", " + region + ")";
  }
}
