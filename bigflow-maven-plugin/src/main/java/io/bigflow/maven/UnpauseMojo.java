// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Lets Airflow run the DAG of one workflow ({@code -Dbigflow.workflow}), or of all workflows of the
 * project and environment. A new DAG is paused wherever Airflow's {@code
 * dags_are_paused_at_creation} says so.
 *
 * <p>{@code mvn bigflow:unpause -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "unpause", threadSafe = true)
public final class UnpauseMojo extends AbstractPauseMojo {

  @Override
  boolean pauses() {
    return false;
  }
}
