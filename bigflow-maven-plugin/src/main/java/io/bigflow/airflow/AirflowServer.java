// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import io.bigflow.problem.BigflowException;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A running Airflow. Every method fails with a {@link BigflowException} when Airflow cannot be
 * reached or does not let us in; none of them changes anything, which {@link #runs()} can.
 */
public interface AirflowServer {

  /** How messages name it: the address of its web interface. */
  String name();

  /** Its version. Asked once and remembered. */
  AirflowVersion version();

  /**
   * The runs that are queued or running, sorted by DAG and run. DAGs that are unknown, or that we
   * may not read, have none.
   */
  List<ActiveRun> activeRuns(Collection<String> dagIds);

  /**
   * The states of DAGs, sorted by id. A DAG that Airflow does not know, or that we may not read, is
   * absent.
   */
  Map<String, DagState> dags(Collection<String> dagIds);

  /** All files that Airflow could not import and that we may see, sorted by file. */
  List<ImportError> importErrors();

  /** Its runs. */
  AirflowRuns runs();

  /** The page of a DAG in the web interface. */
  URI dagLink(String dagId);
}
