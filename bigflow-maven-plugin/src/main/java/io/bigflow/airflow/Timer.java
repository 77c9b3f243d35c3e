// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Duration;

/** Time that only moves forward, and waiting in it. A test has its own. */
public interface Timer {

  /** Nanoseconds since some moment, as {@link System#nanoTime()} counts them. */
  long nanoTime();

  /** Waits. */
  void sleep(Duration duration) throws InterruptedException;

  /** The machine's. */
  static Timer system() {
    return new Timer() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
      }
    };
  }
}
