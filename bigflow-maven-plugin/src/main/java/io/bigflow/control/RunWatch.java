// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.AirflowRuns;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.AirflowRuns.TaskRun;
import io.bigflow.airflow.Timer;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Elapsed;
import io.bigflow.progress.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a run, and says meanwhile what its tasks do. */
public final class RunWatch {
  private static final Set<String> ENDED =
      Set.of("success", "failed", "skipped", "upstream_failed", "removed");

  private final AirflowRuns runs;
  private final Progress progress;
  private final Duration interval;
  private final Duration timeout;
  private final Timer timer;

  /**
   * Watches runs.
   *
   * @param interval between two questions
   * @param timeout after which a wait fails
   */
  public RunWatch(
      AirflowRuns runs, Progress progress, Duration interval, Duration timeout, Timer timer) {
    this.runs = runs;
    this.progress = progress;
    this.interval = interval;
    this.timeout = timeout;
    this.timer = timer;
  }

  /**
   * Waits.
   *
   * @param workflow the run's workflow, for messages
   * @return the run after its successful end
   * @throws BigflowException if it fails, or is not over in time
   */
  public DagRun await(String workflow, DagRun run) {
    long start = timer.nanoTime();
    Map<String, String> told = new LinkedHashMap<>();
    progress.say("Waiting for run " + run.runId());
    while (true) {
      boolean isLast = timer.nanoTime() - start >= timeout.toNanos();
      DagRun now = runs.run(run.dagId(), run.runId()).orElseThrow(() -> gone(run));
      List<TaskRun> tasks = runs.tasks(run.dagId(), run.runId());
      for (TaskRun task : tasks) {
        if (!task.state().equals(told.put(task.name(), task.state()))
            && !task.state().equals("none")) {
          progress.say("  " + task.name() + ": " + task.state() + took(task));
        }
      }
      if (now.isOver()) {
        if (now.state().equals("success")) {
          return now;
        }
        throw failed(workflow, run, tasks);
      }
      if (isLast) {
        throw late(run, now, tasks);
      }
      pause(run);
    }
  }

  private void pause(DagRun run) {
    try {
      timer.sleep(interval);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BigflowException.of(
          Problem.of(
              "The wait for run '" + run.runId() + "' was interrupted; the run goes on",
              link(run),
              "See its state with: mvn bigflow:status"),
          e);
    }
  }

  private static String took(TaskRun task) {
    @Nullable Instant start = task.start();
    @Nullable Instant end = task.end();
    return start == null || end == null || !ENDED.contains(task.state())
        ? ""
        : " in "
            + Elapsed.text(Duration.between(start, end))
            + (task.tries() > 1 ? ", try " + task.tries() : "");
  }

  private String link(DagRun run) {
    return runs.runLink(run.dagId(), run.runId()).toString();
  }

  private BigflowException gone(DagRun run) {
    return BigflowException.of(
        Problem.of(
                "Run '" + run.runId() + "' of DAG '" + run.dagId() + "' is gone",
                link(run),
                "Somebody deleted it, or the DAG, in Airflow; trigger it again")
            .see("run-failed"));
  }

  private BigflowException failed(String workflow, DagRun run, List<TaskRun> tasks) {
    List<TaskRun> failed = tasks.stream().filter(task -> task.state().equals("failed")).toList();
    String names = failed.stream().map(TaskRun::name).collect(Collectors.joining(", "));
    return BigflowException.of(
        Problem.of(
                "Run '"
                    + run.runId()
                    + "' of DAG '"
                    + run.dagId()
                    + "' failed"
                    + (failed.isEmpty()
                        ? ""
                        : (failed.size() == 1 ? " in task " : " in tasks ") + names),
                link(run),
                failed.isEmpty()
                    ? "See the run's page in Airflow"
                    : "Read what it wrote: mvn bigflow:logs -Dbigflow.workflow="
                        + workflow
                        + " -Dbigflow.task="
                        + failed.get(0).taskId()
                        + " -Dbigflow.runId="
                        + run.runId()
                        + ", with the same profile and environment")
            .see("run-failed"));
  }

  private BigflowException late(DagRun run, DagRun now, List<TaskRun> tasks) {
    return BigflowException.of(
        Problem.of(
                "Run '"
                    + run.runId()
                    + "' of DAG '"
                    + run.dagId()
                    + "' is "
                    + now.state()
                    + " after "
                    + Elapsed.text(timeout)
                    + "; it goes on"
                    + (tasks.isEmpty()
                        ? ""
                        : " ("
                            + tasks.stream()
                                .map(task -> task.name() + ": " + task.state())
                                .collect(Collectors.joining(", "))
                            + ")"),
                link(run),
                "Wait longer: -Dbigflow.trigger.wait.timeout=SECONDS")
            .see("run-failed"));
  }
}
