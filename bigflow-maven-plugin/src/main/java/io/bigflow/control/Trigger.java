// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.AirflowRuns;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.AirflowRuns.NewRun;
import io.bigflow.airflow.DagState;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Starts a run of a workflow, if everything that can be seen before speaks for it. */
public final class Trigger {
  // What Airflow itself accepts, [scheduler] allowed_run_id_pattern.
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9_.~:+-]{1,250}");

  private final Workflows workflows;

  /** Asks nothing yet. */
  public Trigger(Workflows workflows) {
    this.workflows = workflows;
  }

  /** An id that no other run has. */
  public static String newRunId(Instant now) {
    return "manual__"
        + now.truncatedTo(ChronoUnit.SECONDS)
        + "_"
        + UUID.randomUUID().toString().substring(0, 8);
  }

  /**
   * Starts a run.
   *
   * @param runId the run's id; empty: one that is new
   * @param conf what it is given
   * @param confWhere where that is from, for messages
   * @param runtime the start of the interval that the run is for; null: when it is requested
   */
  public DagRun start(
      String workflow,
      Optional<String> runId,
      Map<String, Object> conf,
      String confWhere,
      @Nullable Instant runtime) {
    runId.ifPresent(Trigger::requireRunId);
    return start(workflows.require(workflow), workflow, runId, conf, confWhere, runtime);
  }

  /** Starts a run of a DAG that is able to run. */
  DagRun start(
      DagState dag,
      String workflow,
      Optional<String> runId,
      Map<String, Object> conf,
      String confWhere,
      @Nullable Instant runtime) {
    AirflowRuns runs = workflows.airflow().runs();
    ConfJson.require(workflow, DeployedParameters.of(runs.params(dag.dagId())), conf, confWhere);
    if (dag.paused()) {
      throw BigflowException.of(
          Problem.of(
                  "DAG '" + dag.dagId() + "' is paused: a run would stay queued",
                  workflows.airflow().dagLink(dag.dagId()).toString(),
                  "Let Airflow run it, then trigger it again: mvn bigflow:unpause"
                      + " -Dbigflow.workflow="
                      + workflow
                      + " -Dbigflow.env="
                      + workflows.env())
              .see("dag-paused"));
    }
    if (runId.isPresent() && runs.run(dag.dagId(), runId.get()).isPresent()) {
      throw BigflowException.of(
          Problem.of(
                  "DAG '" + dag.dagId() + "' has a run '" + runId.get() + "' already",
                  "bigflow.runId",
                  "Choose another id, or leave it out: each run then gets one of its own")
              .see("trigger-refused"));
    }
    return runs.trigger(
        new NewRun(dag.dagId(), runId.orElseGet(() -> newRunId(Instant.now())), conf, runtime));
  }

  private static void requireRunId(String id) {
    if (!RUN_ID.matcher(id).matches()) {
      throw BigflowException.of(
          Problem.of(
              "Airflow cannot take the given id of a run",
              "bigflow.runId",
              "Use ASCII letters, digits and '_', '.', '~', ':', '+', '-', at most 250 characters"));
    }
  }
}
