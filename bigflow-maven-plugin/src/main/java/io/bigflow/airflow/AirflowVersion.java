// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a running Airflow.
 *
 * @param text as Airflow says it, for example {@code 2.11.1+composer}
 * @param major the line, 2 or 3
 * @param minor the release of the line
 */
public record AirflowVersion(String text, int major, int minor) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:[.+-][\\w.+-]*)?");

  /** The version that a text says, if it says one. */
  public static Optional<AirflowVersion> parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(
            new AirflowVersion(
                text, Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2))))
        : Optional.empty();
  }

  /** Whether it is this release or a later one. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  @Override
  public String toString() {
    return text;
  }
}
