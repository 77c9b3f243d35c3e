// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns SIGTERM and Ctrl-C into an orderly end: nothing new is begun, what is under way is
 * finished, and the right to change the bucket is given back.
 */
final class Shutdown implements AutoCloseable {

  /** Build servers kill what does not end soon. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final AtomicBoolean asked = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "bigflow-deploy-shutdown");

  private Shutdown() {}

  static Shutdown watch() {
    Shutdown shutdown = new Shutdown();
    try {
      Runtime.getRuntime().addShutdownHook(shutdown.hook);
    } catch (IllegalStateException e) {
      // The end has begun already.
      shutdown.asked.set(true);
    }
    return shutdown;
  }

  private void stop() {
    asked.set(true);
    try {
      if (!over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        // Nothing more can be done: the next deployment finds the claim and takes it over.
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the process was told to end. */
  boolean isAsked() {
    return asked.get();
  }

  @Override
  public void close() {
    over.countDown();
    if (!asked.get()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It has just begun to run, and finds that all is over.
        asked.set(true);
      }
    }
  }
}
