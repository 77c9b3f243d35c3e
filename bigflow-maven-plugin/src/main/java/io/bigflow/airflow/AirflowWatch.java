// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Elapsed;
import io.bigflow.progress.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits for something to happen in Airflow, and says meanwhile how far it is. */
public final class AirflowWatch {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);
  private static final int SHOWN = 10;
  private static final int TRACE_LINES = 40;

  // What differs in a stack trace though nothing has changed: addresses, and the process of a
  // timeout.
  private static final Pattern CHANCE = Pattern.compile("0x[0-9a-fA-F]+|PID: \\d+");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");

  private final AirflowServer airflow;
  private final Progress progress;
  private final Pace pace;
  private final Timer timer;

  /** Watches one Airflow. */
  public AirflowWatch(AirflowServer airflow, Progress progress, Pace pace, Timer timer) {
    this.airflow = airflow;
    this.progress = progress;
    this.pace = pace;
    this.timer = timer;
  }

  /**
   * How patient a wait is.
   *
   * @param interval between two questions
   * @param timeout after which a wait fails
   * @param grace how long an import error may be that of the file before; see {@link #awaitParsed}
   */
  public record Pace(Duration interval, Duration timeout, Duration grace) {

    /**
     * For Cloud Composer, where a file takes one to two minutes, and up to five, from the bucket to
     * the DAG processor.
     */
    public static Pace standard(Duration timeout) {
      return new Pace(Duration.ofSeconds(5), timeout, Duration.ofMinutes(5));
    }
  }

  /**
   * The version of a DAG that Airflow shall parse.
   *
   * @param dagId the DAG
   * @param tag a tag that only this version carries, for example {@code bigflow-build:3f2a9c01d4e5}
   * @param path its file, below the DAGs folder
   */
  public record ExpectedDag(String dagId, String tag, String path) {}

  /** The import errors that were there before the files changed, by path. */
  public static final class Baseline {
    private final Map<String, ImportError> errors;

    private Baseline(Map<String, ImportError> errors) {
      this.errors = Map.copyOf(errors);
    }
  }

  /**
   * Notes the import errors of files that are about to change. Call it before the upload: an error
   * that is not noted counts as one of the new version.
   */
  public Baseline baseline(Collection<String> paths) {
    return new Baseline(errorsOf(paths));
  }

  /**
   * Waits until Airflow has parsed the given version of each DAG: until each DAG carries its tag,
   * is not stale and has no import error. The last parse time alone would prove nothing, for the
   * file of before is parsed again and again.
   *
   * <p>An import error of one of the files ends the wait, if it belongs to the new version. That is
   * certain when the file had no error before, or another one. When the same error stood there
   * before, it may still be that of the old file: its time moves with each parse of either. So it
   * counts only when it is still there after {@link Pace#grace()}, in which the new file has
   * reached the DAG processor, and was parsed meanwhile.
   *
   * @throws BigflowException with the stack trace of an import error, or if the time is up, with
   *     what Airflow shows instead
   */
  public void awaitParsed(Collection<ExpectedDag> dags, Baseline before) {
    Map<String, ExpectedDag> waiting = new TreeMap<>();
    dags.forEach(dag -> waiting.put(dag.dagId(), dag));
    if (waiting.isEmpty()) {
      return;
    }
    int total = waiting.size();
    Clock clock = new Clock();
    try (Progress.Step step =
        progress.step("waiting until Airflow has parsed this version of the DAGs", total)) {
      while (true) {
        boolean isLast = clock.isOver();
        Map<String, DagState> states = airflow.dags(waiting.keySet());
        for (ExpectedDag dag : List.copyOf(waiting.values())) {
          if (isParsed(dag, states.get(dag.dagId()))) {
            waiting.remove(dag.dagId());
            step.advance(1);
            progress.detail("Airflow has parsed " + dag.dagId());
          }
        }
        if (waiting.isEmpty()) {
          return;
        }
        Map<String, ImportError> errors =
            errorsOf(waiting.values().stream().map(ExpectedDag::path).toList());
        failOnErrors(waiting.values(), errors, before, clock.elapsed());
        if (isLast) {
          throw notParsed(waiting.values(), total, states, errors);
        }
        clock.tell(
            () ->
                "Airflow has parsed "
                    + (total - waiting.size())
                    + " of "
                    + total
                    + " DAGs after "
                    + Elapsed.text(clock.elapsed())
                    + ", not yet: "
                    + some(waiting.keySet()));
        clock.pause("The wait for Airflow to parse the DAGs");
      }
    }
  }

  /**
   * Waits until none of the DAGs has a queued or running run.
   *
   * @throws BigflowException if the time is up, with the runs that are left
   */
  public void awaitIdle(Collection<String> dagIds) {
    List<ActiveRun> runs = airflow.activeRuns(dagIds);
    if (runs.isEmpty()) {
      return;
    }
    int total = runs.size();
    Clock clock = new Clock();
    progress.say("Active in Airflow: " + shown(runs));
    try (Progress.Step step = progress.step("waiting until these DAG runs end", total)) {
      int ended = 0;
      while (!runs.isEmpty()) {
        if (clock.isOver()) {
          throw stillActive(runs);
        }
        List<ActiveRun> left = runs;
        clock.tell(
            () ->
                "Still active in Airflow after "
                    + Elapsed.text(clock.elapsed())
                    + ": "
                    + shown(left));
        clock.pause("The wait for DAG runs to end");
        runs = airflow.activeRuns(dagIds);
        // A run may begin meanwhile, so the number can grow too.
        if (total - runs.size() > ended) {
          step.advance(total - runs.size() - ended);
          ended = total - runs.size();
        }
      }
    }
  }

  private static boolean isParsed(ExpectedDag dag, @Nullable DagState state) {
    return state != null
        && state.tags().contains(dag.tag())
        && !state.stale()
        && !state.hasImportErrors();
  }

  private Map<String, ImportError> errorsOf(Collection<String> paths) {
    Map<String, ImportError> ours = new TreeMap<>();
    for (ImportError error : airflow.importErrors()) {
      for (String path : paths) {
        if (error.isAbout(path)) {
          ours.put(path, error);
        }
      }
    }
    return ours;
  }

  private void failOnErrors(
      Collection<ExpectedDag> dags,
      Map<String, ImportError> errors,
      Baseline before,
      Duration elapsed) {
    List<Problem> problems = new ArrayList<>();
    for (ExpectedDag dag : dags) {
      ImportError error = errors.get(dag.path());
      if (error != null && isOfThisVersion(error, before.errors.get(dag.path()), elapsed)) {
        problems.add(
            Problem.of(
                    "Airflow cannot import the file of DAG '" + dag.dagId() + "'",
                    "dags/" + dag.path() + trace(error),
                    "Repair what the last line says, build and deploy again; until then Airflow"
                        + " keeps the DAG as it was before")
                .see("airflow-import-error"));
      }
    }
    if (problems.size() == 1) {
      throw BigflowException.of(problems.get(0));
    }
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "Airflow at '" + airflow.name() + "' cannot import " + problems.size() + " DAG files:",
          problems);
    }
  }

  private boolean isOfThisVersion(
      ImportError error, @Nullable ImportError before, Duration elapsed) {
    if (before == null || !essence(before).equals(essence(error))) {
      return true;
    }
    return elapsed.compareTo(pace.grace()) >= 0 && isLater(error.time(), before.time());
  }

  private static boolean isLater(@Nullable Instant time, @Nullable Instant other) {
    return time == null || other == null || time.isAfter(other);
  }

  private static String essence(ImportError error) {
    return CHANCE.matcher(error.stackTrace()).replaceAll("");
  }

  private static String trace(ImportError error) {
    List<String> lines =
        CONTROL.matcher(error.stackTrace().strip()).replaceAll("").lines().toList();
    int skipped = Math.max(0, lines.size() - TRACE_LINES);
    return (skipped == 0 ? "" : "\n         … " + skipped + " lines")
        + lines.stream()
            .skip(skipped)
            .map(line -> "\n         " + line)
            .collect(Collectors.joining());
  }

  private BigflowException notParsed(
      Collection<ExpectedDag> dags,
      int total,
      Map<String, DagState> states,
      Map<String, ImportError> errors) {
    String shown =
        dags.stream()
            .limit(SHOWN)
            .map(
                dag ->
                    "\n         "
                        + dag.dagId()
                        + " (dags/"
                        + dag.path()
                        + "): "
                        + instead(dag, states.get(dag.dagId()), errors.get(dag.path())))
            .collect(Collectors.joining());
    return BigflowException.of(
        Problem.of(
                "Airflow has not parsed "
                    + dags.size()
                    + " of "
                    + total
                    + " DAGs within "
                    + Elapsed.text(pace.timeout())
                    + "; the files are deployed",
                airflow.name()
                    + shown
                    + (dags.size() > SHOWN
                        ? "\n         and " + (dags.size() - SHOWN) + " more"
                        : ""),
                "See the log of the DAG processor, or wait longer")
            .see("airflow-not-parsed"));
  }

  private static String instead(
      ExpectedDag dag, @Nullable DagState state, @Nullable ImportError error) {
    if (error != null) {
      return "has the same import error as before: " + lastLine(error);
    }
    if (state == null) {
      return "unknown to Airflow";
    }
    if (state.tags().contains(dag.tag())) {
      return state.stale() ? "has its tag, but is stale" : "has its tag and an import error";
    }
    String kind = dag.tag().replaceFirst(":.*", ":");
    Optional<String> other =
        state.tags().stream().filter(tag -> tag.startsWith(kind)).sorted().findFirst();
    return other.map(tag -> "has tag '" + tag + "'").orElse("has no tag '" + kind + "…'")
        + ", not '"
        + dag.tag()
        + "'"
        + (state.lastParsed() == null ? "" : ", parsed last at " + state.lastParsed());
  }

  private static String lastLine(ImportError error) {
    String trace = CONTROL.matcher(error.stackTrace().strip()).replaceAll("");
    return trace.substring(trace.lastIndexOf('\n') + 1);
  }

  private BigflowException stillActive(List<ActiveRun> runs) {
    return BigflowException.of(
        Problem.of(
                (runs.size() == 1 ? "1 DAG run is" : runs.size() + " DAG runs are")
                    + " still active after "
                    + Elapsed.text(pace.timeout()),
                airflow.name()
                    + runs.stream()
                        .limit(SHOWN)
                        .map(
                            run ->
                                "\n         "
                                    + run.dagId()
                                    + " "
                                    + run.runId()
                                    + " "
                                    + run.state()
                                    + (run.start() == null ? "" : " since " + run.start()))
                        .collect(Collectors.joining())
                    + (runs.size() > SHOWN
                        ? "\n         and " + (runs.size() - SHOWN) + " more"
                        : ""),
                "Wait longer, or end the runs in Airflow; a queued run of a paused DAG waits until"
                    + " somebody unpauses the DAG")
            .see("airflow-active-runs"));
  }

  private static String shown(List<ActiveRun> runs) {
    return some(
        runs.stream().map(run -> run.dagId() + " " + run.runId() + " " + run.state()).toList());
  }

  private static String some(Collection<String> names) {
    String list = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return names.size() > SHOWN ? list + " and " + (names.size() - SHOWN) + " more" : list;
  }

  /** The time of one wait. */
  private final class Clock {
    private final long start = timer.nanoTime();
    private long told = start;

    Duration elapsed() {
      return Duration.ofNanos(timer.nanoTime() - start);
    }

    boolean isOver() {
      return elapsed().compareTo(pace.timeout()) >= 0;
    }

    void tell(Supplier<String> line) {
      long now = timer.nanoTime();
      if (now - told >= BETWEEN_LINES.toNanos()) {
        told = now;
        progress.say(line.get());
      }
    }

    void pause(String what) {
      Duration left = pace.timeout().minus(elapsed());
      Duration pause = left.compareTo(pace.interval()) < 0 ? left : pace.interval();
      try {
        timer.sleep(pause.isNegative() ? Duration.ZERO : pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw BigflowException.of(
            Problem.of(what + " was interrupted", airflow.name(), "Run the same command again"), e);
      }
    }
  }
}
