// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import org.apache.maven.plugins.annotations.Mojo;

/**
 * Pauses the DAG of one workflow ({@code -Dbigflow.workflow}), or of all workflows of the project
 * and environment: Airflow starts no runs of them, and no further tasks of runs in progress.
 *
 * <p>{@code mvn bigflow:pause -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "pause", threadSafe = true)
public final class PauseMojo extends AbstractPauseMojo {

  @Override
  boolean pauses() {
    return true;
  }
}
