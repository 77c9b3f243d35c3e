// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of Artifact Registry.
 *
 * @param project the project's id
 * @param location a region or a multi-region, for example {@code europe-west1} or {@code europe}
 * @param repository its id
 */
public record RepositoryName(String project, String location, String repository) {

  // https://cloud.google.com/artifact-registry/docs/docker/names; the id of a project of a domain,
  // example.com:project, is written example.com/project.
  private static final Pattern IMAGE =
      Pattern.compile(
          "([a-z0-9-]+)-docker\\.pkg\\.dev/(?:([^/.]+\\.[^/]+)/)?([^/.]+)/([a-z][a-z0-9-]*)/.+");

  /** The repository that an image is in, if that is one of Artifact Registry. */
  public static Optional<RepositoryName> of(String image) {
    Matcher matcher = IMAGE.matcher(image);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String domain = matcher.group(2) == null ? "" : matcher.group(2) + ":";
    return Optional.of(
        new RepositoryName(domain + matcher.group(3), matcher.group(1), matcher.group(4)));
  }

  /** The name in the API. */
  public String resource() {
    return "projects/" + project + "/locations/" + location + "/repositories/" + repository;
  }
}
