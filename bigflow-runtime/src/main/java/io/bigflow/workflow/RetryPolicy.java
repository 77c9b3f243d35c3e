// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.Objects;

/**
 * How often a failed try of a task is repeated.
 *
 * @param retries tries after the first one; 0 = none
 * @param pause the time between two tries
 */
public record RetryPolicy(int retries, Duration pause) {

  /** Refuses null. */
  public RetryPolicy {
    Objects.requireNonNull(pause, "The pause of a retry policy is null");
  }

  /** Three retries, a minute apart: the default of the Python BigFlow. */
  public static final RetryPolicy DEFAULT = new RetryPolicy(3, Duration.ofSeconds(60));

  /** A policy. */
  public static RetryPolicy of(int retries, Duration pause) {
    return new RetryPolicy(retries, pause);
  }

  /** A failed task stays failed. */
  public static RetryPolicy none() {
    return new RetryPolicy(0, DEFAULT.pause());
  }
}
