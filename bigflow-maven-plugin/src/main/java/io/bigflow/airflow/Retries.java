// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Duration;

/**
 * How often and how long a request is tried again that failed for a passing reason.
 *
 * @param attempts how many times at most, the first included
 * @param first the pause after the first failure; it doubles each time
 * @param longest the longest pause, also if the server asks for a longer one
 * @param total after this time there is no further attempt
 * @param exchange how long one attempt may take, from the first byte sent to the last one read
 */
record Retries(int attempts, Duration first, Duration longest, Duration total, Duration exchange) {

  /** About 15 seconds of pauses: a restarting web server is back by then. */
  static final Retries STANDARD =
      new Retries(
          6,
          Duration.ofMillis(500),
          Duration.ofSeconds(16),
          Duration.ofSeconds(90),
          Duration.ofSeconds(30));

  /** The pause after a number of failures. */
  Duration pauseAfter(int failures) {
    Duration pause = first.multipliedBy(1L << Math.min(failures - 1, 20));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
