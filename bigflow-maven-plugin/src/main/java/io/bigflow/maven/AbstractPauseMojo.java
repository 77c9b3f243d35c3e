// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.airflow.DagState;
import io.bigflow.control.Workflows;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The goals that let Airflow start runs, or not. */
abstract class AbstractPauseMojo extends AbstractAirflowMojo {

  /** Whether the goal pauses. */
  abstract boolean pauses();

  @Override
  final void control() throws IOException {
    Workflows workflows = workflows();
    Optional<String> one = workflow();
    List<DagState> dags =
        one.isPresent()
            ? List.of(workflows.require(requireWorkflow()))
            : workflows.all().stream().filter(dag -> !dag.stale()).toList();
    String done = pauses() ? "paused" : "active";
    if (dags.isEmpty()) {
      progress().say("Airflow has no DAG of '" + owner() + "'");
    }
    for (DagState dag : dags) {
      if (dag.paused() == pauses()) {
        progress().say(dag.dagId() + " is " + done + " already");
      } else if (workflows.airflow().runs().pause(dag.dagId(), pauses())) {
        progress().say(dag.dagId() + " is " + done + " now");
      } else {
        progress().warn(dag.dagId() + " is gone");
      }
    }
  }
}
