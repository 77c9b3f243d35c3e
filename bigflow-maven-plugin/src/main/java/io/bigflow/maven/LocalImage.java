// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.util.Locale;

/** The name of an image that is kept as an archive and in no registry. */
final class LocalImage {
  // No registry can have this name: it is reserved for local use (RFC 6762).
  private static final String REGISTRY = "bigflow.local/";

  private LocalImage() {}

  static String repository(String artifactId) {
    return REGISTRY + artifactId.toLowerCase(Locale.ROOT);
  }

  static boolean is(String repository) {
    return repository.startsWith(REGISTRY);
  }
}
