// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.DagState;
import io.bigflow.airflow.LogText;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.deploy.DagEntry;
import io.bigflow.deploy.StreamingChanges;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lets streaming jobs become those of the build that was just deployed. */
public final class StreamingTakeover {
  private static final String PARAMETER = "bigflow.deploy.startStreaming";
  private static final Pattern JOB_NAME = Pattern.compile("[a-z]([-a-z0-9]{0,1022}[a-z0-9])?");

  private final Progress progress;

  /** Says what becomes of them. */
  public StreamingTakeover(Progress progress) {
    this.progress = progress;
  }

  /** Says that the next runs do it. */
  public void announce(List<DagEntry> changed) {
    if (!changed.isEmpty()) {
      progress.say(
          "Streaming jobs become those of this build with the next run of "
              + changed.stream().map(DagEntry::dagId).collect(Collectors.joining(", "))
              + "; -D"
              + PARAMETER
              + "=true starts it at once");
    }
  }

  /**
   * Triggers one run of each DAG, unless it is paused.
   *
   * @param changed DAGs that Airflow has parsed
   * @throws BigflowException if some could not be triggered; the others are
   */
  public void start(List<DagEntry> changed, Workflows workflows) {
    List<Problem> problems = new ArrayList<>();
    for (DagEntry dag : changed) {
      try {
        start(dag, workflows);
      } catch (BigflowException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "The deployment is done, but not all streaming jobs could be started:", problems);
    }
  }

  private void start(DagEntry dag, Workflows workflows) {
    @Nullable DagState state = workflows.airflow().dags(Set.of(dag.dagId())).get(dag.dagId());
    if (state == null) {
      throw BigflowException.of(
          Problem.of(
                  "Airflow does not know DAG '" + dag.dagId() + "'",
                  workflows.airflow().name(),
                  "Trigger a run when it does: mvn bigflow:trigger -Dbigflow.workflow="
                      + dag.workflow()
                      + " -Dbigflow.env="
                      + workflows.env())
              .see("dag-unknown"));
    }
    if (state.paused()) {
      progress.say(
          dag.dagId()
              + " is paused, so its streaming job stays as it is until a run: mvn bigflow:unpause"
              + " -Dbigflow.workflow="
              + dag.workflow()
              + " -Dbigflow.env="
              + workflows.env());
      return;
    }
    DagRun run =
        new Trigger(workflows)
            .start(state, dag.workflow(), Optional.empty(), Map.of(), PARAMETER, null);
    progress.say(
        "Triggered "
            + run.dagId()
            + ", run "
            + run.runId()
            + ", which brings its streaming job to this build");
    progress.say("  " + workflows.airflow().runs().runLink(run.dagId(), run.runId()));
  }

  /** Warns of what goes on though nothing that is deployed cares for it. */
  public void warn(List<StreamingChanges.Left> left) {
    for (StreamingChanges.Left one : left) {
      BuiltDags.Streaming job = one.job();
      Optional<DataflowPlace> place = DataflowPlace.of(job.project(), job.region());
      String what =
          "No run cares any more for the streaming job "
              + LogText.safe(job.name())
              + " of "
              + one.dagId()
              + ". If it runs, it goes on. Drain it";
      progress.warn(
          place.isEmpty() || !JOB_NAME.matcher(job.name()).matches()
              ? what + " in Google's console"
              : what
                  + ": gcloud dataflow jobs list --status=active --filter=name="
                  + job.name()
                  + where(place.get())
                  + ", then gcloud dataflow jobs drain ID"
                  + where(place.get()));
    }
  }

  private static String where(DataflowPlace place) {
    return " --project=" + place.project() + " --region=" + place.region();
  }
}
