// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.airflow.AirflowRuns;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.AirflowRuns.TaskRun;
import io.bigflow.composer.ComposerName;
import io.bigflow.control.CloudLogging;
import io.bigflow.control.Workflows;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.NearestName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Shows the log of a task of a run and, for a Composer environment, where Cloud Logging has it and
 * the output of its pods.
 *
 * <p>{@code mvn bigflow:logs -Pprod -Dbigflow.env=dev -Dbigflow.workflow=average_speed
 * -Dbigflow.task=spark}
 *
 * @since 0.1.0
 */
@Mojo(name = "logs", threadSafe = true)
public final class LogsMojo extends AbstractAirflowMojo {

  /**
   * The task whose log is wanted.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.task")
  private @Nullable String task;

  /**
   * The id of the run. Default for {@code trigger}: a new one; for {@code logs}: the run that was
   * started last.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.runId")
  private @Nullable String runId;

  /**
   * Which try of the task, counted from 1. Default: the last one.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.tryNumber")
  private @Nullable String tryNumber;

  @Override
  void control() throws IOException {
    String workflow = requireWorkflow();
    Workflows workflows = workflows();
    String dagId = workflows.dagId(workflow);
    AirflowRuns runs = workflows.airflow().runs();
    DagRun run = run(workflows, workflow, dagId);
    List<TaskRun> tasks = runs.tasks(dagId, run.runId());
    TaskRun chosen = chosen(tasks, run);
    Optional<Integer> wanted =
        value("bigflow.tryNumber", tryNumber).map(text -> number("bigflow.tryNumber", text));
    if (wanted.isEmpty() && chosen.tries() == 0) {
      progress().say("Task " + chosen.name() + " of run " + run.runId() + " has not begun yet");
      return;
    }
    int number = wanted.orElse(chosen.tries());
    List<String> lines =
        runs.log(dagId, run.runId(), chosen.taskId(), chosen.mapIndex(), number)
            .orElseThrow(
                () ->
                    BigflowException.of(
                        Problem.of(
                            "Airflow has no log of try "
                                + number
                                + " of task '"
                                + chosen.name()
                                + "' in run '"
                                + run.runId()
                                + "'",
                            "bigflow.tryNumber",
                            "It was tried " + chosen.tries() + " times")));
    progress()
        .say(
            "Task "
                + chosen.name()
                + ", "
                + chosen.state()
                + ", try "
                + number
                + " of run "
                + run.runId()
                + ":");
    lines.forEach(progress()::say);
    composerName().ifPresent(name -> tellLinks(name, dagId, chosen));
  }

  private void tellLinks(ComposerName name, String dagId, TaskRun chosen) {
    CloudLogging logging = new CloudLogging(name.project(), name.region(), name.environment());
    progress()
        .say(
            "In Cloud Logging: "
                + logging.task(dagId, chosen.taskId(), chosen.start(), chosen.end()));
    progress()
        .say("Its pods: " + logging.pod(dagId, chosen.taskId(), chosen.start(), chosen.end()));
  }

  private DagRun run(Workflows workflows, String workflow, String dagId) {
    AirflowRuns runs = workflows.airflow().runs();
    Optional<String> wanted = value("bigflow.runId", runId);
    if (wanted.isPresent()) {
      return runs.run(dagId, wanted.get())
          .orElseThrow(
              () ->
                  BigflowException.of(
                      Problem.of(
                          "DAG '" + dagId + "' has no run of this id",
                          "bigflow.runId",
                          "Leave it out for the last run, or choose one of: "
                              + known(runs, dagId))));
    }
    List<DagRun> last = runs.lastRuns(dagId, 1);
    if (last.isEmpty()) {
      workflows.require(workflow);
      throw BigflowException.of(
          Problem.of(
              "DAG '" + dagId + "' never ran",
              workflows.airflow().dagLink(dagId).toString(),
              "Trigger it: mvn bigflow:trigger -Dbigflow.workflow=" + workflow));
    }
    return last.get(0);
  }

  private static String known(AirflowRuns runs, String dagId) {
    String ids =
        runs.lastRuns(dagId, 5).stream().map(DagRun::runId).collect(Collectors.joining(", "));
    return ids.isEmpty() ? "none, for it never ran" : ids;
  }

  private TaskRun chosen(List<TaskRun> tasks, DagRun run) {
    List<String> ids = tasks.stream().map(TaskRun::taskId).distinct().toList();
    Optional<String> wanted = value("bigflow.task", task);
    return wanted
        .flatMap(id -> tasks.stream().filter(one -> one.taskId().equals(id)).findFirst())
        .orElseThrow(
            () ->
                BigflowException.of(
                    Problem.of(
                        wanted.isEmpty()
                            ? "No task is named"
                            : "Run '" + run.runId() + "' has no task of the given id",
                        "bigflow.task",
                        wanted
                                .flatMap(id -> NearestName.of(id, ids))
                                .map(near -> "Did you mean '" + near + "'? ")
                                .orElse("")
                            + "Its tasks: "
                            + tasks.stream()
                                .map(one -> one.name() + " (" + one.state() + ")")
                                .collect(Collectors.joining(", ")))));
  }
}
