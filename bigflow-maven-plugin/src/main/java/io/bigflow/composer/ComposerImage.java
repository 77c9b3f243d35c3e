// SPDX-License-Identifier: Apache-2.0
package io.bigflow.composer;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a Composer image.
 *
 * @param text for example {@code composer-3-airflow-3.3.1-build.2}
 * @param generation 1, 2 or 3
 * @param airflow the version of Airflow, for example {@code 3.3.1}
 * @see <a href="https://cloud.google.com/composer/docs/composer-versions">the versions</a>
 */
public record ComposerImage(String text, int generation, String airflow) {
  private static final Pattern FORM =
      Pattern.compile(
          "composer-([0-9]{1,3})[^-]*-airflow-([0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?)(-build\\..*)?");

  /** The image that a text names, if it has the form of one. */
  public static Optional<ComposerImage> parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(new ComposerImage(text, Integer.parseInt(parts.group(1)), parts.group(2)))
        : Optional.empty();
  }
}
