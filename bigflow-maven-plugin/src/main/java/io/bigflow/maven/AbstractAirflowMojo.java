// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.airflow.AirflowServer;
import io.bigflow.control.Workflows;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** The goals that work on the runs of what is deployed, and need nothing that was built. */
abstract class AbstractAirflowMojo extends AbstractBucketMojo {

  /**
   * The workflow.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.workflow")
  private @Nullable String workflow;

  @Override
  final void run() throws IOException {
    boolean isOneOfSeveral = session().getProjects().size() > 1;
    if (isOneOfSeveral && !BigflowLifecycleParticipant.isDeclared(project())) {
      progress().detail("bigflow:" + goal() + " passes over a module without workflows");
      return;
    }
    control();
  }

  /** The goal's work. */
  abstract void control() throws IOException;

  /** The workflow, if one is named. */
  final Optional<String> workflow() {
    return value("bigflow.workflow", workflow);
  }

  /** The workflow that the goal is about. */
  final String requireWorkflow() {
    long modules =
        session().getProjects().stream().filter(BigflowLifecycleParticipant::isDeclared).count();
    if (modules > 1) {
      throw BigflowException.of(
          Problem.of(
              "Several modules have workflows, and bigflow:" + goal() + " is about one workflow",
              "bigflow.workflow",
              "Choose the module that has it: -pl :MODULE"));
    }
    return workflow()
        .orElseThrow(
            () ->
                BigflowException.of(
                    Problem.of(
                        "No workflow is named",
                        "bigflow.workflow",
                        "Name it: mvn bigflow:"
                            + goal()
                            + " -Dbigflow.workflow=ID; mvn bigflow:status lists the DAGs")));
  }

  /** The workflows in Airflow. */
  final Workflows workflows() {
    return workflows(requireAirflow());
  }

  private AirflowServer requireAirflow() {
    return airflow()
        .orElseThrow(
            () ->
                BigflowException.of(
                    Problem.of(
                            "bigflow:" + goal() + " asks Airflow, but its address is unknown",
                            "bigflow.airflow.url",
                            "Name the Composer environment (bigflow.composer.environment and"
                                + " bigflow.composer.region) in the profile, or the address:"
                                + " -Dbigflow.airflow.url=https://airflow.example.com")
                        .see("airflow-unreachable")));
  }
}
