// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Airflow knows of a DAG.
 *
 * @param dagId the DAG
 * @param tags its tags, of the version that was parsed last
 * @param paused whether no run is started
 * @param stale whether its file is gone, or no longer holds it
 * @param hasImportErrors whether its file could not be imported the last time; the rest is then
 *     that of an earlier version
 * @param lastParsed when its file was parsed the last time; says nothing about which version
 * @param file its path below the DAGs folder, with slashes; empty if Airflow does not say
 * @param nextRun when the next run by schedule starts, if one does
 */
public record DagState(
    String dagId,
    Set<String> tags,
    boolean paused,
    boolean stale,
    boolean hasImportErrors,
    @Nullable Instant lastParsed,
    String file,
    @Nullable Instant nextRun) {

  /** Copies the tags. */
  public DagState {
    tags = Set.copyOf(tags);
  }
}
