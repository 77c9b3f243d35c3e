// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.BucketConflict;
import io.bigflow.deploy.DeploymentRecord.Claim;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Elapsed;
import io.bigflow.progress.Progress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The right of one deployment to change the bucket, held in the record. It is taken, renewed and
 * given back by writes that name the generation they expect, so two deployments never hold it at
 * once.
 *
 * <p>A deployment that was killed leaves its claim behind. Whoever comes next watches it for a
 * while: a living deployment renews it. No clock of another machine is asked.
 */
final class DeploymentClaim implements AutoCloseable {

  private final RecordStore store;
  private final DeploymentRecord base;
  private final Progress progress;
  private final ScheduledExecutorService pulse;
  private final ScheduledFuture<?> beats;
  private Claim claim;
  private long generation;
  private boolean held = true;

  private DeploymentClaim(
      RecordStore store,
      DeploymentRecord base,
      Claim claim,
      long generation,
      Duration heartbeat,
      Progress progress) {
    this.store = store;
    this.base = base;
    this.claim = claim;
    this.generation = generation;
    this.progress = progress;
    this.pulse =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "bigflow-deploy-claim");
              thread.setDaemon(true);
              return thread;
            });
    long nanos = heartbeat.toNanos();
    beats = pulse.scheduleWithFixedDelay(this::renew, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Takes the right.
   *
   * @param recorded the record that the plan was made with
   * @throws BigflowException if another deployment holds it, or the record has changed
   */
  static DeploymentClaim take(
      RecordStore store,
      RecordedState recorded,
      Claim claim,
      DeployOptions options,
      Progress progress,
      LongSupplier nanoTime) {
    @Nullable Claim other = recorded.record().claim();
    if (other != null) {
      watch(store, recorded.generation(), other, options, progress, nanoTime);
    }
    DeploymentRecord base = recorded.record().withClaim(null);
    try {
      long generation = store.write(base.withClaim(claim), recorded.generation());
      return new DeploymentClaim(store, base, claim, generation, options.heartbeat(), progress);
    } catch (BucketConflict e) {
      throw overtaken(store);
    }
  }

  /** Returns if the other deployment shows no life. */
  private static void watch(
      RecordStore store,
      long generation,
      Claim other,
      DeployOptions options,
      Progress progress,
      LongSupplier nanoTime) {
    progress.say(
        "Deployment "
            + other.deployment().text()
            + " has not ended; watching for "
            + Elapsed.text(options.patience())
            + " whether it is still alive");
    long start = nanoTime.getAsLong();
    long pause = Math.max(1, options.patience().toMillis() / 15);
    while (nanoTime.getAsLong() - start < options.patience().toNanos()) {
      try {
        TimeUnit.MILLISECONDS.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw BigflowException.of(
            Problem.of(
                "The deployment was interrupted before it changed anything",
                store.name(),
                "Run the same command again"),
            e);
      }
      if (store.generation() != generation) {
        throw overtaken(store);
      }
    }
    progress.warn(
        "Deployment "
            + other.deployment().text()
            + " was stopped before its end; this deployment finishes what it left");
  }

  /** What is told when the record is not the one that was seen. */
  static BigflowException overtaken(RecordStore store) {
    DeploymentRecord now = store.read().record();
    @Nullable Claim claim = now.claim();
    @Nullable Deployment last = now.last();
    String other =
        claim != null
            ? "Another deployment of '"
                + now.owner()
                + "' is under way: "
                + claim.deployment().text()
            : last != null
                ? "Another deployment of '" + now.owner() + "' was faster: " + last.text()
                : "The deployment record of '" + now.owner() + "' was changed a moment ago";
    return BigflowException.of(
        new Problem(
            other,
            store.name(),
            "Wait for its end, then run the same command again",
            "deploy-under-way"));
  }

  private synchronized void renew() {
    if (!held) {
      return;
    }
    Claim next = new Claim(claim.id(), claim.deployment(), claim.beat() + 1);
    try {
      generation = store.write(base.withClaim(next), generation);
      claim = next;
    } catch (BucketConflict e) {
      held = false;
    } catch (BigflowException e) {
      // The next beat tries again; if all fail, somebody may take over, and then we notice.
      progress.detail("The claim could not be renewed: " + e.getMessage());
    }
  }

  /** Whether the right is still ours, as far as this process knows. */
  synchronized boolean isHeld() {
    return held;
  }

  /**
   * Looks whether the right is still ours.
   *
   * @throws BigflowException if another deployment has taken over
   */
  synchronized void confirm() {
    if (!held || store.generation() != generation) {
      held = false;
      throw lost();
    }
  }

  /** Writes the final record, which gives the right back. */
  synchronized void complete(DeploymentRecord record) {
    if (!held) {
      throw lost();
    }
    try {
      store.write(record, generation);
      held = false;
    } catch (BucketConflict e) {
      held = false;
      throw lost();
    }
  }

  /** What is told when another deployment has taken over. */
  BigflowException lost() {
    return BigflowException.of(
        new Problem(
            "This deployment showed no sign of life for so long that another one took over: "
                + Objects.requireNonNull(overtaken(store).getMessage())
                    .lines()
                    .findFirst()
                    .orElse(""),
            store.name(),
            "Wait for its end, then run the same command again",
            "deploy-under-way"));
  }

  /** Gives the right back if the deployment was not completed. */
  @Override
  public void close() {
    beats.cancel(false);
    pulse.shutdown();
    synchronized (this) {
      if (!held) {
        return;
      }
      held = false;
      try {
        store.write(base, generation);
      } catch (BigflowException e) {
        progress.detail("The claim could not be given back: " + e.getMessage());
      }
    }
  }
}
