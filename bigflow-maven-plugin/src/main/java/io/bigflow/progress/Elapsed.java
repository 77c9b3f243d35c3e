// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

import java.time.Duration;
import java.util.Locale;

/** How durations are shown: {@code 0.4 s}, {@code 12.3 s}, {@code 2 min 5 s}. */
public final class Elapsed {

  private Elapsed() {}

  /** A duration as a reader of a build's output wants it. */
  public static String text(Duration duration) {
    long tenths = Math.round(duration.toMillis() / 100.0);
    if (tenths < 600) {
      return String.format(Locale.ROOT, "%d.%d s", tenths / 10, tenths % 10);
    }
    long seconds = Math.round(duration.toMillis() / 1000.0);
    return seconds < 3600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
  }
}
