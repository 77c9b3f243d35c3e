// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.DagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.UploadNames;
import io.bigflow.deploy.DeployReport.Action;
import io.bigflow.deploy.DeploymentRecord.Claim;
import io.bigflow.image.ImageRegistry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import io.bigflow.workflow.TemplateContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a bucket to the planned state: the images are verified, new and changed files are written,
 * what is not built any more is removed, and the record is written last. Stopped at any point, no
 * DAG in the bucket names an image that is missing, and the next deployment goes on from there.
 */
public final class DagDeployer {

  /** The content type that Composer's own tools give to DAG files. */
  static final String CONTENT_TYPE = "text/x-python";

  // So many failures with no success between them are an outage and not bad luck. Without this, a
  // bucket that is gone would be tried for every file, each time until all retries are spent.
  private static final int FAILURES_IN_A_ROW = 10;
  private static final int SHOWN = 10;

  private final DagBucket bucket;
  private final ImageRegistry registry;
  private final WorkInProgress work;
  private final DeployOptions options;
  private final Progress progress;
  private final LongSupplier nanoTime;

  /** A deployer to one bucket. */
  public DagDeployer(
      DagBucket bucket,
      ImageRegistry registry,
      WorkInProgress work,
      DeployOptions options,
      Progress progress) {
    this(bucket, registry, work, options, progress, System::nanoTime);
  }

  DagDeployer(
      DagBucket bucket,
      ImageRegistry registry,
      WorkInProgress work,
      DeployOptions options,
      Progress progress,
      LongSupplier nanoTime) {
    this.bucket = bucket;
    this.registry = registry;
    this.work = work;
    this.options = options;
    this.progress = progress;
    this.nanoTime = nanoTime;
  }

  /** Compares what was built with the bucket. Changes nothing. */
  public PreparedDeployment prepare(DagFiles files, Scope scope) {
    Owner owner = files.owner();
    List<BucketObject> actual = new ArrayList<>(bucket.list(owner.dagFolder()));
    files.uploadFolders(scope).forEach(folder -> actual.addAll(bucket.list(folder)));
    RecordedState recorded = new RecordStore(bucket, owner, progress).read();
    DeployPlan plan = DagPlanner.plan(files, scope, recorded, actual);
    if (plan.changes(PlannedChange.Added.class).stream().anyMatch(a -> a.drift() == Drift.NONE)) {
      // A DAG id is new: only now the files of others matter, and there may be thousands.
      bucket.list("dags/").stream()
          .filter(other -> !other.path().startsWith(owner.dagFolder()))
          .forEach(actual::add);
      plan = DagPlanner.plan(files, scope, recorded, actual);
    }
    return new PreparedDeployment(plan, files, scope, recorded);
  }

  /** Applies a plan of what was built. */
  public DeployReport apply(PreparedDeployment prepared) {
    return apply(prepared, Deployment.Kind.DEPLOY, 0);
  }

  /**
   * Applies a plan.
   *
   * @param restored the number of the deployment that is brought back; 0 = none
   * @throws BigflowException if objects of others are in the way, if an image is absent, if another
   *     deployment is under way (in these cases nothing was changed), or if changes failed; then
   *     the message tells which are done
   */
  public DeployReport apply(PreparedDeployment prepared, Deployment.Kind kind, int restored) {
    long start = nanoTime.getAsLong();
    DeployPlan plan = prepared.plan();
    DagFiles files = prepared.files();
    List<Problem> conflicts = plan.conflicts(bucket.name(), options.drift());
    if (!conflicts.isEmpty()) {
      throw failure("Cannot deploy to " + bucket.name() + "; nothing was changed", conflicts);
    }
    plan.images().forEach(this::requireImage);
    List<String> removedDags = plan.removedDags();
    if (!removedDags.isEmpty()) {
      work.beforeRemovalOf(removedDags);
    }
    progress.say(headline(prepared, kind, restored));
    for (PlannedChange.Foreign other : plan.changes(PlannedChange.Foreign.class)) {
      progress.detail("  not ours, left as it is: " + other.path());
    }
    for (PlannedChange edited : plan.edited()) {
      progress.warn(
          "  "
              + edited.path()
              + " was edited by hand since it was deployed; what was there is kept in the"
              + " deployment's archive");
    }
    if (prepared.isDone()) {
      return report(prepared, null, kind, restored, List.of(), List.of(), start);
    }

    RecordStore store = new RecordStore(bucket, files.owner(), progress);
    Deployment deployment =
        new Deployment(
            prepared.recorded().highest() + 1,
            kind,
            restored,
            files.source().version(),
            files.source().commit(),
            files.source().dirty(),
            options.by(),
            options.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString(),
            options.tool(),
            0);
    Claim claim = new Claim(UUID.randomUUID().toString(), deployment, 0);
    try (Shutdown shutdown = Shutdown.watch();
        DeploymentClaim held =
            DeploymentClaim.take(store, prepared.recorded(), claim, options, progress, nanoTime)) {
      List<Attempt> attempts = new ArrayList<>();
      List<DeployReport.Phase> phases = new ArrayList<>();
      Map<String, byte[]> edited = new ConcurrentHashMap<>();
      BooleanSupplier goesOn = () -> !shutdown.isAsked() && held.isHeld();
      List<PlannedChange.Write> writes = plan.changes(PlannedChange.Write.class);
      List<PlannedChange.Removed> removals = plan.changes(PlannedChange.Removed.class);

      long phase = nanoTime.getAsLong();
      // Before the DAGs that name them.
      List<PlannedChange.Upload> uploads = plan.changes(PlannedChange.Upload.class);
      for (boolean last : List.of(false, true)) {
        // A template after the files that it names: where it is, it is whole.
        List<PlannedChange.Upload> now =
            uploads.stream().filter(upload -> isTemplate(upload.path()) == last).toList();
        attempts.addAll(
            attempt("uploading files beside the DAGs", now, c -> upload(c, files), goesOn));
        requireSuccess(plan, attempts, removals.size(), shutdown, held);
      }
      if (!uploads.isEmpty()) {
        phase = ended("files beside the DAGs written", phase, phases);
      }
      attempts.addAll(attempt("uploading DAG files", writes, c -> write(c, files, edited), goesOn));
      requireSuccess(plan, attempts, removals.size(), shutdown, held);
      if (!writes.isEmpty()) {
        phase = ended("DAG files written", phase, phases);
      }
      if (!removals.isEmpty()) {
        held.confirm();
      }
      attempts.addAll(attempt("removing DAG files", removals, c -> remove(c, edited), goesOn));
      requireSuccess(plan, attempts, 0, shutdown, held);
      if (!removals.isEmpty()) {
        phase = ended("DAG files removed", phase, phases);
      }
      held.confirm();
      record(prepared, store, held, deployment, attempts, edited);
      ended("deployment recorded", phase, phases);
      return report(prepared, deployment, kind, restored, attempts, phases, start);
    }
  }

  private long ended(String name, long since, List<DeployReport.Phase> phases) {
    long now = nanoTime.getAsLong();
    phases.add(new DeployReport.Phase(name, Duration.ofNanos(now - since)));
    return now;
  }

  private String headline(PreparedDeployment prepared, Deployment.Kind kind, int restored) {
    DagFiles files = prepared.files();
    String project = " of " + files.owner().project();
    String env = " (env " + files.owner().env() + ")";
    if (kind == Deployment.Kind.UNDEPLOY) {
      int removed = prepared.plan().changes(PlannedChange.Removed.class).size();
      return "Undeploying " + count(removed, "DAG file") + project + env + " from " + bucket.name();
    }
    long dags =
        files.entries().stream().filter(dag -> prepared.scope().has(dag.workflow())).count();
    return (kind == Deployment.Kind.DEPLOY
            ? "Deploying "
            : "Bringing back deployment " + restored + ": ")
        + count((int) dags, "DAG file")
        + beside(files.uploads(prepared.scope()).size())
        + project
        + " "
        + files.source().version()
        + env
        + " to "
        + bucket.name();
  }

  private static String beside(int uploads) {
    return uploads == 0 ? "" : " and " + count(uploads, "file") + " beside them";
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

  private long write(PlannedChange.Write change, DagFiles files, Map<String, byte[]> edited) {
    if (change.drift() == Drift.EDITED) {
      keep(change.path(), edited);
    }
    return bucket.write(
        change.path(),
        files.content(change.path()),
        CONTENT_TYPE,
        change.metadata(),
        change.overwrites());
  }

  private long upload(PlannedChange.Upload change, DagFiles files) {
    Path file =
        files
            .upload(change.path())
            .orElseThrow(() -> new IllegalStateException("Not built: " + change.path()));
    return bucket.write(
        change.path(),
        file,
        change.path().endsWith(".jar") ? "application/java-archive" : "application/octet-stream",
        Map.of(Owner.METADATA, files.owner().mark()),
        change.overwrites());
  }

  private static boolean isTemplate(String path) {
    return UploadNames.namesBucket(path) && path.endsWith("/" + TemplateContext.TEMPLATE);
  }

  private long remove(PlannedChange.Removed change, Map<String, byte[]> edited) {
    if (change.drift() == Drift.EDITED) {
      keep(change.path(), edited);
    }
    bucket.delete(change.path(), change.generation());
    return 0;
  }

  private void keep(String path, Map<String, byte[]> edited) {
    bucket.read(path).ifPresent(content -> edited.put(path, content));
  }

  // ---- the record

  private void record(
      PreparedDeployment prepared,
      RecordStore store,
      DeploymentClaim held,
      Deployment deployment,
      List<Attempt> attempts,
      Map<String, byte[]> edited) {
    DagFiles files = prepared.files();
    Map<String, Attempt> byPath = new HashMap<>();
    attempts.forEach(attempt -> byPath.put(attempt.change().path(), attempt));
    Map<String, DagEntry> entries = new HashMap<>();
    files.entries().forEach(entry -> entries.put(entry.path(), entry));
    Map<String, DeploymentRecord.File> known = prepared.recorded().record().filesByPath();

    List<DeploymentRecord.File> recorded = new ArrayList<>();
    PackedFiles keptContents = new PackedFiles();
    List<DeploymentRecord.File> kept = new ArrayList<>();
    for (PlannedChange change : prepared.plan().changes()) {
      DagEntry entry = entries.get(change.path());
      if (change instanceof PlannedChange.Write write && entry != null) {
        Attempt attempt = byPath.get(change.path());
        if (attempt == null) {
          throw new IllegalStateException("Not tried: " + change.path());
        }
        recorded.add(new DeploymentRecord.File(entry, write.md5(), attempt.generation()));
      } else if (change instanceof PlannedChange.Unchanged same && entry != null) {
        recorded.add(new DeploymentRecord.File(entry, same.md5(), same.generation()));
      } else if (change instanceof PlannedChange.Kept) {
        DeploymentRecord.@Nullable File file = known.get(change.path());
        if (file != null) {
          kept.add(file);
        }
      }
    }
    // A DAG of another workflow is part of the state that a rollback brings back.
    PreviousTexts previous = new PreviousTexts(bucket, store, prepared.recorded());
    for (DeploymentRecord.File file : kept) {
      Optional<byte[]> text = previous.deployed(file);
      if (text.isPresent()) {
        recorded.add(file);
        keptContents.put(file.path(), text.get());
      }
    }
    recorded.sort(Comparator.comparing(DeploymentRecord.File::path));
    Deployment done = deployment.withDags(recorded.size());
    Set<BuiltDags.Upload> uploads = new TreeSet<>(Comparator.comparing(BuiltDags.Upload::path));
    recorded.forEach(file -> uploads.addAll(file.entry().uploads()));
    store.writeArchive(
        done,
        DeploymentArchive.write(
            files.owner(),
            done,
            recorded.stream().map(DeploymentRecord.File::entry).toList(),
            path -> keptContents.get(path).or(() -> Optional.of(files.content(path))),
            edited),
        uploads);
    held.complete(
        new DeploymentRecord(
            DeploymentRecord.FORMAT_VERSION,
            files.owner().mark(),
            done,
            recorded,
            keepUploads(prepared, store, uploads),
            null));
    try {
      store.prune(options.kept());
    } catch (BigflowException e) {
      progress.detail("Old archives could not be removed: " + e.getMessage());
    }
  }

  /**
   * Removes the files beside the DAGs that no rollback can need any more. Only while the claim is
   * held: another deployment might be about to rely on one of them.
   *
   * @return the paths of those that are left
   */
  private List<String> keepUploads(
      PreparedDeployment prepared, RecordStore store, Set<BuiltDags.Upload> uploads) {
    Set<String> left = new TreeSet<>(prepared.recorded().record().uploads());
    uploads.forEach(upload -> left.add(upload.path()));
    if (left.isEmpty()) {
      return List.of();
    }
    Owner owner = prepared.files().owner();
    Set<String> needed;
    try {
      needed = store.neededUploads(options.kept());
    } catch (BigflowException e) {
      progress.detail("Old files beside the DAGs could not be removed: " + e.getMessage());
      return List.copyOf(left);
    }
    uploads.forEach(upload -> needed.add(upload.hash()));
    Set<String> present = new TreeSet<>();
    for (String folder : uploadFolders(owner, left)) {
      try {
        keepUploads(folder, owner, needed, left, present);
      } catch (BigflowException e) {
        progress.detail("Old files in " + folder + " could not be removed: " + e.getMessage());
        left.stream()
            .filter(path -> UploadNames.folderOf(path).equals(folder))
            .forEach(present::add);
      }
    }
    return List.copyOf(present);
  }

  /**
   * Removes what nobody needs from one folder.
   *
   * @param listed what the record lists, and what was uploaded now
   * @param present gets what is left
   */
  private void keepUploads(
      String folder, Owner owner, Set<String> needed, Set<String> listed, Set<String> present) {
    for (BucketObject object : bucket.list(folder)) {
      if (!UploadNames.isUpload(folder, object.path())) {
        continue;
      }
      // In another bucket there may be those of another Composer, whose record is not this one.
      boolean isKnown = !UploadNames.namesBucket(folder) || listed.contains(object.path());
      String hash = object.path().substring(folder.length()).split("/", 2)[0];
      if (!isKnown) {
        continue;
      }
      if (needed.contains(hash) || !owner.owns(object)) {
        present.add(object.path());
      } else {
        bucket.delete(object.path(), object.generation());
        progress.detail("  no deployment needs it any more, removed: " + object.path());
      }
    }
  }

  /** Our own folders only: the record is a file that others may have written. */
  private static Set<String> uploadFolders(Owner owner, Set<String> paths) {
    Set<String> folders = new TreeSet<>(Set.of(owner.uploadFolder()));
    paths.stream()
        .filter(path -> UploadNames.isUploadElsewhere(owner.uploadFolder(), path))
        .forEach(path -> folders.add(UploadNames.folderOf(path)));
    return folders;
  }

  // ---- many at a time

  private interface Work<T> {
    /** Returns the generation that is there afterwards; 0 = none. */
    long on(T change);
  }

  /** What became of one change; not tried if it has no duration. */
  private record Attempt(
      PlannedChange change,
      long generation,
      @Nullable Duration duration,
      @Nullable BigflowException failure) {
    boolean isDone() {
      return duration != null && failure == null;
    }

    Action action() {
      return change instanceof PlannedChange.Added
              || (change instanceof PlannedChange.Upload upload && upload.overwrites() == 0)
          ? Action.ADDED
          : change instanceof PlannedChange.Removed ? Action.REMOVED : Action.CHANGED;
    }
  }

  private <T extends PlannedChange> List<Attempt> attempt(
      String name, List<T> changes, Work<T> action, BooleanSupplier goesOn) {
    if (changes.isEmpty()) {
      return List.of();
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(options.threads(), changes.size()),
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
              if (failuresInARow.get() >= FAILURES_IN_A_ROW || !goesOn.getAsBoolean()) {
                return new Attempt(change, 0, null, null);
              }
              long start = nanoTime.getAsLong();
              @Nullable BigflowException failure = null;
              long generation = 0;
              try {
                generation = action.on(change);
                failuresInARow.set(0);
                step.advance(1);
              } catch (BigflowException e) {
                failuresInARow.incrementAndGet();
                failure = e;
              }
              Duration duration = Duration.ofNanos(nanoTime.getAsLong() - start);
              return new Attempt(change, generation, duration, failure);
            });
      }
      List<Attempt> attempts = new ArrayList<>();
      for (Future<Attempt> result : pool.invokeAll(tasks)) {
        attempts.add(result.get());
      }
      return attempts;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BigflowException.of(interrupted(), e);
    } catch (ExecutionException e) {
      // Nothing the user could repair: a defect, which must not look like a failed upload.
      throw new IllegalStateException("Defect in " + name, e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private Problem interrupted() {
    return Problem.of(
        "The deployment to '" + bucket.name() + "' was interrupted",
        "",
        "Run the same command again: it goes on from where this one stopped");
  }

  private void requireSuccess(
      DeployPlan plan,
      List<Attempt> attempts,
      int removalsLeft,
      Shutdown shutdown,
      DeploymentClaim held) {
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
    if (!held.isHeld()) {
      throw held.lost();
    }
    if (shutdown.isAsked()) {
      throw BigflowException.of(interrupted());
    }
    if (failures.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("Cannot bring '");
    text.append(bucket.name()).append('/').append(plan.owner().dagFolder());
    text.append("' to the planned state: ");
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

  private DeployReport report(
      PreparedDeployment prepared,
      @Nullable Deployment deployment,
      Deployment.Kind kind,
      int restored,
      List<Attempt> attempts,
      List<DeployReport.Phase> phases,
      long start) {
    DeployPlan plan = prepared.plan();
    List<DeployReport.Item> items = new ArrayList<>();
    Map<String, DagEntry> entries = new HashMap<>();
    prepared.files().entries().forEach(entry -> entries.put(entry.path(), entry));
    for (PlannedChange.Unchanged same : plan.changes(PlannedChange.Unchanged.class)) {
      items.add(new DeployReport.Item(same.path(), same.dagId(), Action.UNCHANGED, Duration.ZERO));
    }
    for (PlannedChange.UploadPresent same : plan.changes(PlannedChange.UploadPresent.class)) {
      items.add(new DeployReport.Item(same.path(), "", Action.UNCHANGED, Duration.ZERO));
    }
    List<String> lines = new ArrayList<>();
    for (Attempt attempt : attempts) {
      Duration duration = attempt.duration() == null ? Duration.ZERO : attempt.duration();
      items.add(
          new DeployReport.Item(
              attempt.change().path(), dagId(attempt.change()), attempt.action(), duration));
      lines.add(attempt.action().word() + " " + attempt.change().path());
    }
    items.sort(Comparator.comparing(DeployReport.Item::path));
    shortened(lines).forEach(line -> progress.say("  " + line));
    DeployReport report =
        new DeployReport(
            bucket.name(),
            plan.owner(),
            deployment,
            plan.images(),
            items,
            phases,
            Duration.ofNanos(nanoTime.getAsLong() - start));
    progress.say(
        deployment == null
            ? nothingToDo(plan.owner(), kind, restored)
            : done(deployment) + " as number " + deployment.number() + ": " + report.summary());
    return report;
  }

  private String nothingToDo(Owner owner, Deployment.Kind kind, int restored) {
    return switch (kind) {
      case DEPLOY -> "Nothing to change: " + bucket.name() + " is as it was built";
      case ROLLBACK ->
          "Nothing to change: " + bucket.name() + " is as deployment " + restored + " left it";
      case UNDEPLOY ->
          "Nothing to remove: " + bucket.name() + " has no DAG file of '" + owner + "'";
    };
  }

  private String done(Deployment deployment) {
    return switch (deployment.kind()) {
      case DEPLOY -> "Deployed to " + bucket.name();
      case ROLLBACK ->
          "Rolled back to deployment " + deployment.restored() + " in " + bucket.name();
      case UNDEPLOY -> "Undeployed from " + bucket.name();
    };
  }

  private static String dagId(PlannedChange change) {
    if (change instanceof PlannedChange.Write write) {
      return write.dagId();
    }
    return change instanceof PlannedChange.Removed removed ? removed.dagId() : "";
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
