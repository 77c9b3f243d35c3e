// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.DagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.deploy.DeployReport.Action;
import io.bigflow.image.ImageRegistry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a bucket to the planned state: the image is verified, new and changed files are written,
 * and what is not built any more is removed last. Stopped at any point, no DAG in the bucket names
 * an image that is missing, and the next deployment goes on from there.
 */
public final class DagDeployer {

  /** The content type that Composer's own tools give to DAG files. */
  static final String CONTENT_TYPE = "text/x-python";

  /** How many objects are written at a time. */
  public static final int THREADS = 8;

  // So many failures with no success between them are an outage and not bad luck. Without this, a
  // bucket that is gone would be tried for every file, each time until all retries are spent.
  private static final int FAILURES_IN_A_ROW = 10;
  private static final int SHOWN = 10;

  private final DagBucket bucket;
  private final ImageRegistry registry;
  private final Progress progress;
  private final int threads;
  private final LongSupplier nanoTime;

  /** A deployer with {@link #THREADS} threads. */
  public DagDeployer(DagBucket bucket, ImageRegistry registry, Progress progress) {
    this(bucket, registry, progress, THREADS, System::nanoTime);
  }

  DagDeployer(
      DagBucket bucket,
      ImageRegistry registry,
      Progress progress,
      int threads,
      LongSupplier nanoTime) {
    this.bucket = bucket;
    this.registry = registry;
    this.progress = progress;
    this.threads = threads;
    this.nanoTime = nanoTime;
  }

  /** Compares what was built with the bucket; reads the project's own folder only. */
  public DeployPlan plan(DagFiles files) {
    return DagPlanner.plan(files, bucket.list(files.built().folder()));
  }

  /**
   * Applies a plan.
   *
   * @param files the files that the plan was made for
   * @throws BigflowException if objects of others are in the way, if the image is absent (in both
   *     cases nothing was changed), or if changes failed; then the message tells which are done
   */
  public DeployReport apply(DeployPlan plan, DagFiles files) {
    long start = nanoTime.getAsLong();
    requireSameFiles(plan, files);
    BuiltDags built = files.built();
    List<Problem> conflicts = plan.conflicts(bucket.name());
    if (!conflicts.isEmpty()) {
      throw failure("Cannot deploy to " + bucket.name() + "; nothing was changed", conflicts);
    }
    if (plan.needsImage()) {
      requireImage(plan.image());
    }
    progress.say(
        "Deploying "
            + count(built.dags().size(), "DAG file")
            + " of "
            + built.project()
            + " "
            + built.version()
            + " (env "
            + built.env()
            + ") to "
            + bucket.name());
    List<PlannedChange.Foreign> foreign = plan.changes(PlannedChange.Foreign.class);
    foreign.forEach(other -> progress.detail("  not ours, left as it is: " + other.path()));

    List<Attempt> attempts = new ArrayList<>();
    List<PlannedChange.Write> writes = plan.changes(PlannedChange.Write.class);
    List<PlannedChange.Removed> removals = plan.changes(PlannedChange.Removed.class);
    attempts.addAll(attempt("uploading DAG files", writes, change -> write(change, files)));
    requireSuccess(plan, attempts, removals.size());
    attempts.addAll(attempt("removing DAG files", removals, this::remove));
    requireSuccess(plan, attempts, 0);
    return report(plan, attempts, start);
  }

  private static void requireSameFiles(DeployPlan plan, DagFiles files) {
    if (!plan.owner().equals(Owner.of(files.built()))
        || !plan.image().equals(files.built().image())) {
      throw new IllegalArgumentException("The plan was made for other files");
    }
    for (PlannedChange.Write write : plan.changes(PlannedChange.Write.class)) {
      if (!ContentHash.md5(files.content(write.path())).equals(write.md5())) {
        throw new IllegalArgumentException("The plan was made for another " + write.path());
      }
    }
  }

  private void requireImage(String pinned) {
    int at = pinned.lastIndexOf('@');
    if (!registry.has(pinned.substring(0, at), pinned.substring(at + 1))) {
      throw BigflowException.of(
          new Problem(
              "Cannot deploy DAGs to '"
                  + bucket.name()
                  + "': their image '"
                  + pinned
                  + "' is absent from the registry, so nothing was changed",
              registry.name(),
              "Push it first: mvn bigflow:deploy-image",
              "image-absent"));
    }
  }

  private void write(PlannedChange.Write change, DagFiles files) {
    bucket.write(
        change.path(),
        files.content(change.path()),
        CONTENT_TYPE,
        change.metadata(),
        change.overwrites());
  }

  private void remove(PlannedChange.Removed change) {
    bucket.delete(change.path(), change.generation());
  }

  // ---- many at a time

  private interface Work<T> {
    void on(T change);
  }

  /** What became of one change; not tried if it has no duration. */
  private record Attempt(
      PlannedChange change, @Nullable Duration duration, @Nullable BigflowException failure) {
    boolean isDone() {
      return duration != null && failure == null;
    }

    Action action() {
      return change instanceof PlannedChange.Added
          ? Action.ADDED
          : change instanceof PlannedChange.Removed ? Action.REMOVED : Action.CHANGED;
    }
  }

  private <T extends PlannedChange> List<Attempt> attempt(
      String name, List<T> changes, Work<T> work) {
    if (changes.isEmpty()) {
      return List.of();
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(threads, changes.size()),
            task -> {
              Thread thread = new Thread(task, "bigflow-deploy");
              thread.setDaemon(true);
              return thread;
            });
    AtomicInteger failuresInARow = new AtomicInteger();
    try (Progress.Step step = progress.step(name, changes.size())) {
      List<Callable<Attempt>> tasks = new ArrayList<>();
      for (T change : changes) {
        tasks.add(
            () -> {
              if (failuresInARow.get() >= FAILURES_IN_A_ROW) {
                return new Attempt(change, null, null);
              }
              long start = nanoTime.getAsLong();
              @Nullable BigflowException failure = null;
              try {
                work.on(change);
                failuresInARow.set(0);
                step.advance(1);
              } catch (BigflowException e) {
                failuresInARow.incrementAndGet();
                failure = e;
              }
              return new Attempt(change, Duration.ofNanos(nanoTime.getAsLong() - start), failure);
            });
      }
      List<Attempt> attempts = new ArrayList<>();
      for (Future<Attempt> result : pool.invokeAll(tasks)) {
        attempts.add(result.get());
      }
      return attempts;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BigflowException.of(
          Problem.of(
              "The deployment to '" + bucket.name() + "' was interrupted",
              "",
              "Run the same command again: it goes on from where this one stopped"),
          e);
    } catch (ExecutionException e) {
      // Nothing the user could repair: a defect, which must not look like a failed upload.
      throw new IllegalStateException("Defect in " + name, e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private void requireSuccess(DeployPlan plan, List<Attempt> attempts, int removalsLeft) {
    List<BigflowException> failures = new ArrayList<>();
    List<String> done = new ArrayList<>();
    int untried = 0;
    for (Attempt attempt : attempts) {
      if (attempt.failure() != null) {
        failures.add(attempt.failure());
      } else if (attempt.isDone()) {
        done.add(attempt.action().word() + " " + attempt.change().path());
      } else {
        untried++;
      }
    }
    if (failures.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("Cannot bring '");
    text.append(bucket.name()).append('/').append(plan.folder()).append("' to the planned state: ");
    text.append(count(failures.size(), "change")).append(" failed");
    if (untried > 0) {
      text.append(", ").append(untried).append(" not tried after so many failures in a row");
    }
    if (removalsLeft > 0) {
      text.append(", ").append(count(removalsLeft, "removal")).append(" left for later");
    }
    text.append(", ").append(done.size()).append(" done");
    text.append(". Run the same command again: it goes on from there.");
    for (String line : shortened(done)) {
      text.append("\n  done:  ").append(line);
    }
    List<Problem> problems = new ArrayList<>();
    failures.forEach(failure -> problems.addAll(failure.problems()));
    throw failure(text.toString(), problems);
  }

  private static BigflowException failure(String headline, List<Problem> problems) {
    List<Problem> shown = problems.subList(0, Math.min(SHOWN, problems.size()));
    String rest = problems.size() > SHOWN ? "\nThe first " + SHOWN + " problems:" : "";
    return BigflowException.of(headline + rest, shown);
  }

  // ---- what was done

  private DeployReport report(DeployPlan plan, List<Attempt> attempts, long start) {
    List<DeployReport.Item> items = new ArrayList<>();
    for (PlannedChange.Unchanged same : plan.changes(PlannedChange.Unchanged.class)) {
      items.add(new DeployReport.Item(same.path(), Action.UNCHANGED, Duration.ZERO));
    }
    List<String> lines = new ArrayList<>();
    for (Attempt attempt : attempts) {
      Duration duration = attempt.duration() == null ? Duration.ZERO : attempt.duration();
      items.add(new DeployReport.Item(attempt.change().path(), attempt.action(), duration));
      lines.add(attempt.action().word() + " " + attempt.change().path());
    }
    items.sort(Comparator.comparing(DeployReport.Item::path));
    shortened(lines).forEach(line -> progress.say("  " + line));
    DeployReport report =
        new DeployReport(bucket.name(), items, Duration.ofNanos(nanoTime.getAsLong() - start));
    progress.say(
        attempts.isEmpty()
            ? "Nothing to change: " + bucket.name() + " is as it was built"
            : "Deployed to " + bucket.name() + ": " + report.summary());
    return report;
  }

  private static List<String> shortened(List<String> lines) {
    if (lines.size() <= SHOWN + 1) {
      return lines;
    }
    List<String> shown = new ArrayList<>(lines.subList(0, SHOWN));
    shown.add("and " + (lines.size() - SHOWN) + " more");
    return shown;
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
