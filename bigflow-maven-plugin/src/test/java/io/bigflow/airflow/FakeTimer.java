// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only while somebody sleeps in it. */
final class FakeTimer implements Timer {
  private final List<Duration> pauses = new ArrayList<>();
  private Runnable duringSleep = () -> {};
  private long now;

  /** What happens in each pause. */
  void duringSleep(Runnable event) {
    duringSleep = event;
  }

  List<Duration> pauses() {
    return pauses;
  }

  Duration passed() {
    return Duration.ofNanos(now);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pauses.add(duration);
    now += duration.toNanos();
    duringSleep.run();
  }
}
