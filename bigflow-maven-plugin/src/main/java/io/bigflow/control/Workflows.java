// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.AirflowServer;
import io.bigflow.airflow.DagState;
import io.bigflow.airflow.ImportError;
import io.bigflow.airflow.LogText;
import io.bigflow.dag.AirflowNames;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagFileGenerator;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The workflows of one project and environment, as Airflow knows them. */
public final class Workflows {
  private final AirflowServer airflow;
  private final String folder;
  private final String env;
  private final DagIdPattern pattern;

  /** Asks nothing yet. */
  public Workflows(
      AirflowServer airflow, String groupId, String artifactId, String env, DagIdPattern pattern) {
    this.airflow = airflow;
    this.folder = BuiltDags.folder(groupId, artifactId, env).replaceFirst("^dags/", "");
    this.env = env;
    this.pattern = pattern;
  }

  /** The environment. */
  public String env() {
    return env;
  }

  /** Where they run. */
  public AirflowServer airflow() {
    return airflow;
  }

  /** The id of a workflow's DAG. */
  public String dagId(String workflow) {
    if (!AirflowNames.isId(workflow)) {
      throw BigflowException.of(
          Problem.of(
              "'" + LogText.safe(workflow) + "' is no id of a workflow",
              "bigflow.workflow",
              "Write the id that Workflow.builder(\"…\") has"));
    }
    return pattern.dagId(workflow, env);
  }

  /** The DAGs of this project and environment that Airflow has parsed, by id. */
  public List<DagState> all() {
    return airflow
        .runs()
        .dagsWith(List.of(DagFileGenerator.TAG, DagFileGenerator.ENV_TAG_PREFIX + env))
        .stream()
        .filter(dag -> isOurs(dag.file()))
        .toList();
  }

  /** The files of this project and environment that Airflow could not import. */
  public List<ImportError> importErrors() {
    return airflow.importErrors().stream().filter(error -> isOurs(error.file())).toList();
  }

  // Airflow 2 says an absolute path if its folder has another name than usual.
  private boolean isOurs(String file) {
    return file.startsWith(folder) || file.contains("/" + folder);
  }

  /**
   * The DAG of a workflow, able to run.
   *
   * @throws BigflowException if Airflow does not know it, has lost its file or cannot import it
   */
  public DagState require(String workflow) {
    String id = dagId(workflow);
    @Nullable DagState dag = airflow.dags(Set.of(id)).get(id);
    if (dag != null && !dag.stale() && !dag.hasImportErrors()) {
      return dag;
    }
    Optional<ImportError> error =
        importErrors().stream().filter(one -> one.isAbout(folder + workflow + ".py")).findFirst();
    if (error.isPresent()) {
      String trace = error.get().stackTrace().strip();
      throw BigflowException.of(
          Problem.of(
                  "Airflow cannot import the file of DAG '"
                      + id
                      + "': "
                      + LogText.safe(trace.substring(trace.lastIndexOf('\n') + 1)),
                  "dags/" + error.get().file(),
                  "Repair that, build and deploy again; mvn bigflow:status shows all of it")
              .see("airflow-import-error"));
    }
    throw unknown(workflow, id, dag);
  }

  private BigflowException unknown(String workflow, String id, @Nullable DagState dag) {
    Map<String, String> known =
        all().stream()
            .filter(one -> !one.stale())
            .collect(Collectors.toMap(DagState::dagId, DagState::dagId, (a, b) -> a));
    String deploy =
        "Deploy it: mvn deploy -Dbigflow.env=" + env + ", with the profile of this Airflow";
    return BigflowException.of(
        Problem.of(
                dag == null
                    ? "Airflow does not know DAG '" + id + "' of workflow '" + workflow + "'"
                    : "The file of DAG '" + id + "' of workflow '" + workflow + "' is gone",
                airflow.name(),
                NearestName.of(id, known.keySet())
                    .map(
                        near ->
                            "Did you mean the workflow of '"
                                + near
                                + "'? Else deploy it: mvn"
                                + " deploy -Dbigflow.env="
                                + env)
                    .orElse(
                        known.isEmpty()
                            ? deploy
                            : deploy
                                + ". Airflow has: "
                                + known.keySet().stream()
                                    .sorted()
                                    .collect(Collectors.joining(", "))))
            .see("dag-unknown"));
  }
}
