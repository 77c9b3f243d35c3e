// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CancellationTest {

  private final Cancellation cancellation = new Cancellation();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  @Test
  void runsActionsInReverseOrderThenInterruptsThenWaits() throws Exception {
    cancellation.onCancel(() -> events.add("first"));
    cancellation.onCancel(
        () -> {
          throw new LinkageError("guarded");
        });
    cancellation.onCancel(() -> events.add("last"));
    work(() -> TimeUnit.MINUTES.sleep(5));
    assertThat(cancellation.cancel(Duration.ofSeconds(30))).isTrue();
    assertThat(events).containsExactly("last", "first", "interrupted");
    assertThat(cancellation.isCancelled()).isTrue();
  }

  @Test
  void anActionThatHangsDoesNotKeepTheJobFromBeingInterrupted() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    cancellation.onCancel(
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    work(() -> TimeUnit.MINUTES.sleep(5));
    assertThat(cancellation.cancel(Duration.ofSeconds(2))).isTrue();
    assertThat(events).containsExactly("interrupted");
    never.countDown();
  }

  @Test
  void waitsNoLongerThanItMay() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    work(
        () -> {
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException e) {
              events.add("ignored");
            }
          }
        });
    assertThat(cancellation.cancel(Duration.ofMillis(300))).isFalse();
    assertThat(events).containsExactly("ignored");
    release.countDown();
  }

  @Test
  void anActionThatComesTooLateRunsAtOnce() throws Exception {
    work(() -> TimeUnit.MINUTES.sleep(5));
    cancellation.cancel(Duration.ofSeconds(30));
    cancellation.onCancel(() -> events.add("late"));
    assertThat(events).contains("late");
  }

  @Test
  void thereIsNothingToCancelAfterTheEnd() {
    cancellation.begin();
    cancellation.onCancel(() -> events.add("action"));
    cancellation.end();
    assertThat(cancellation.cancel(Duration.ofSeconds(30))).isTrue();
    assertThat(events).isEmpty();
    assertThat(cancellation.isExiting()).isFalse();
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private void work(Work work) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              cancellation.begin();
              begun.countDown();
              try {
                work.run();
              } catch (InterruptedException e) {
                events.add("interrupted");
              } finally {
                cancellation.end();
              }
            });
    thread.setDaemon(true);
    thread.start();
    begun.await();
  }
}
