// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.airflow.ActiveRun;
import io.bigflow.airflow.AirflowServer;
import io.bigflow.airflow.AirflowWatch;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks Airflow for the runs of DAGs that are about to be removed. */
public final class ActiveRuns implements WorkInProgress {
  private static final int SHOWN = 10;

  private final @Nullable AirflowServer airflow;
  private final @Nullable AirflowWatch watch;
  private final ActiveRunPolicy policy;
  private final Progress progress;

  /**
   * Asks nothing yet.
   *
   * @param airflow null if its address is not known
   * @param watch waits for it; null if its address is not known
   */
  public ActiveRuns(
      @Nullable AirflowServer airflow,
      @Nullable AirflowWatch watch,
      ActiveRunPolicy policy,
      Progress progress) {
    this.airflow = airflow;
    this.watch = watch;
    this.policy = policy;
    this.progress = progress;
  }

  @Override
  public void beforeRemovalOf(List<String> dagIds) {
    if (airflow == null || watch == null) {
      progress.warn(unknown(dagIds));
      return;
    }
    switch (policy) {
      case FORCE -> {
        try {
          describe(dagIds).forEach(progress::warn);
        } catch (BigflowException e) {
          progress.warn(notAsked(e));
        }
      }
      case WAIT -> watch.awaitIdle(dagIds);
      case REFUSE -> {
        List<ActiveRun> runs = activeRuns(airflow, dagIds);
        if (!runs.isEmpty()) {
          throw BigflowException.of(
              new Problem(
                  "DAGs that would be removed have runs that are not over, so nothing was changed: "
                      + shown(runs)
                      + ". Airflow reads a DAG's file again at every try of every task, so the rest"
                      + " of these runs would fail",
                  airflow.name(),
                  "Wait for their end with -Dbigflow.activeRuns=wait, or let them fail with"
                      + " -Dbigflow.activeRuns=force",
                  "active-runs"));
        }
      }
    }
  }

  private static List<ActiveRun> activeRuns(AirflowServer airflow, List<String> dagIds) {
    try {
      return airflow.activeRuns(dagIds);
    } catch (BigflowException e) {
      List<Problem> problems = new ArrayList<>(e.problems());
      problems.add(
          new Problem(
              "So it is unknown whether DAGs that would be removed have runs that are not over: "
                  + String.join(", ", dagIds),
              airflow.name(),
              "Mend the access to Airflow, or remove them all the same with"
                  + " -Dbigflow.activeRuns=force",
              "active-runs"));
      throw BigflowException.of("Nothing was changed", problems);
    }
  }

  /** What a plan says about DAGs that would be removed. Never fails. */
  public List<String> describe(List<String> dagIds) {
    if (dagIds.isEmpty()) {
      return List.of();
    }
    if (airflow == null) {
      return List.of(unknown(dagIds));
    }
    try {
      List<ActiveRun> runs = airflow.activeRuns(dagIds);
      return runs.isEmpty()
          ? List.of()
          : List.of("DAGs to be removed have runs that are not over: " + shown(runs));
    } catch (BigflowException e) {
      return List.of(notAsked(e));
    }
  }

  private static String unknown(List<String> dagIds) {
    return "bigflow.airflow.url is not set, so it is unknown whether the DAGs to be removed have"
        + " runs that are not over: "
        + String.join(", ", dagIds);
  }

  private static String notAsked(BigflowException e) {
    return "It is unknown whether the DAGs to be removed have runs that are not over: "
        + e.problems().get(0).what();
  }

  private static String shown(List<ActiveRun> runs) {
    List<String> names =
        runs.stream()
            .limit(SHOWN)
            .map(run -> run.dagId() + " " + run.runId() + " (" + run.state() + ")")
            .toList();
    return String.join(", ", names)
        + (runs.size() > SHOWN ? " and " + (runs.size() - SHOWN) + " more" : "");
  }
}
