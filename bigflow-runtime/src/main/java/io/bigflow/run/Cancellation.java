// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a job from another thread: first what the job registered, the newest first, then an
 * interrupt of its thread, then a bounded wait for it to end.
 */
public final class Cancellation {
  private static final Logger log = LoggerFactory.getLogger(Cancellation.class);

  private final Deque<Runnable> actions = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Thread worker;
  private boolean cancelled;

  /** Marks the calling thread as the one that does the work. */
  public synchronized void begin() {
    worker = Thread.currentThread();
  }

  /** The work is over, well or not; from now on there is nothing to cancel. */
  public synchronized void end() {
    worker = null;
    ended.countDown();
  }

  /** Whether the work is over. */
  public boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /** Whether somebody asked to stop. */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Registers what to do on cancellation; if that has come already, it is done now. */
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.push(action);
        return;
      }
    }
    attempt(action);
  }

  /**
   * Stops the work.
   *
   * @param patience how long to wait in all, for the actions and for the work to end
   * @return whether the work had ended or ended in time
   */
  public boolean cancel(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    if (hasEnded()) {
      return true;
    }
    // An action may hang, so it must not keep this thread from interrupting the job.
    Thread runner = new Thread(this::runActions, "bigflow-cancel");
    runner.setDaemon(true);
    runner.start();
    try {
      TimeUnit.NANOSECONDS.timedJoin(runner, (deadline - System.nanoTime()) * 4 / 5);
      interruptWorker();
      return ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Whether the work itself ends the JVM just now, so that waiting for the work would be waiting
   * for oneself.
   */
  public boolean isExiting() {
    Thread thread;
    synchronized (this) {
      thread = worker;
    }
    if (thread == null) {
      return false;
    }
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }

  private void runActions() {
    while (true) {
      Runnable next;
      synchronized (this) {
        cancelled = true;
        if (actions.isEmpty()) {
          return;
        }
        next = actions.pop();
      }
      attempt(next);
    }
  }

  private static void attempt(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      log.warn("What the job registered with onCancel failed", e);
    }
  }

  private synchronized void interruptWorker() {
    if (worker != null) {
      worker.interrupt();
    }
  }
}
