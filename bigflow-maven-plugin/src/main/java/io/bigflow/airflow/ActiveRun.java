// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A DAG run that has work to do.
 *
 * @param dagId the DAG
 * @param runId the run, unique within the DAG
 * @param state {@code running}, or {@code queued} as the runs of a paused DAG are
 * @param start when it began to run; null while it is queued
 */
public record ActiveRun(String dagId, String runId, String state, @Nullable Instant start) {}
