// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of an image without tag and digest, and the tag it is given.
 *
 * @param repository registry and repository, for example {@code
 *     europe-west1-docker.pkg.dev/my-project/my-repository/my-image}
 * @param tag the tag
 */
public record ImageReference(String repository, String tag) {

  // The grammar of the OCI distribution specification; a registry must be named, because a name
  // without one would silently mean Docker Hub.
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "[a-zA-Z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  /** Checks both parts. */
  public ImageReference {
    if (!REPOSITORY.matcher(repository).matches()
        || !isHost(repository.substring(0, repository.indexOf('/')))
        || !repository.substring(repository.indexOf('/')).equals(path(repository))) {
      throw BigflowException.of(
          Problem.of(
              "'" + repository + "' is not the name of an image repository",
              "bigflow.image.repository",
              "Write REGISTRY/PATH in lower case without a tag, for example"
                  + " europe-west1-docker.pkg.dev/my-project/my-repository/my-image"));
    }
    if (!TAG.matcher(tag).matches()) {
      throw BigflowException.of(
          Problem.of(
              "'" + tag + "' cannot be the tag of an image",
              "the project's version",
              "Use letters, digits, '.', '_' and '-' only, at most 128"));
    }
  }

  // Docker's own rule for telling a registry from the first part of a path.
  private static boolean isHost(String first) {
    return first.equals("localhost") || first.contains(".") || first.contains(":");
  }

  private static String path(String repository) {
    return repository.substring(repository.indexOf('/')).toLowerCase(Locale.ROOT);
  }

  /** The registry's host, with its port if one is given. */
  public String registry() {
    return repository.substring(0, repository.indexOf('/'));
  }

  /** {@code repository:tag}. */
  @Override
  public String toString() {
    return repository + ":" + tag;
  }
}
