// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import io.bigflow.problem.BigflowException;
import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The runs of an Airflow: starts and reads them. Every method fails with a {@link BigflowException}
 * when Airflow cannot be reached or does not let us in.
 */
public interface AirflowRuns {

  /** The DAGs that carry all of these tags, stale ones too, sorted by id. */
  List<DagState> dagsWith(Collection<String> tags);

  /** What a run of a DAG can be triggered with; empty if Airflow does not know the DAG. */
  List<DagParam> params(String dagId);

  /**
   * Starts a run. Safe to be repeated: when an answer is lost, the run is asked for by its id.
   *
   * @throws BigflowException if Airflow refuses, with its reason
   */
  DagRun trigger(NewRun run);

  /** A run, if it is there. */
  Optional<DagRun> run(String dagId, String runId);

  /** The runs of a DAG that were started last, the newest first. */
  List<DagRun> lastRuns(String dagId, int limit);

  /** The tasks of a run, in the order in which they began, then by id. */
  List<TaskRun> tasks(String dagId, String runId);

  /**
   * The log of one try of a task, as it is; empty if there is no such try.
   *
   * @param mapIndex -1 for a task that is not mapped
   */
  Optional<List<String>> log(
      String dagId, String runId, String taskId, int mapIndex, int tryNumber);

  /**
   * Lets Airflow start runs of a DAG, or not.
   *
   * @return false if Airflow does not know the DAG
   */
  boolean pause(String dagId, boolean paused);

  /** The page of a run in the web interface. */
  URI runLink(String dagId, String runId);

  /**
   * A run to start.
   *
   * @param dagId the DAG
   * @param runId its id, unique within the DAG: letters, digits and {@code _.~:+-}
   * @param conf what it is given
   * @param runtime the start and end of its data interval, and its logical date; null: none on
   *     Airflow 3, the present time on Airflow 2
   */
  record NewRun(
      String dagId,
      String runId,
      Map<String, ? extends @Nullable Object> conf,
      @Nullable Instant runtime) {}

  /**
   * A parameter of a DAG, in the terms of JSON Schema.
   *
   * @param name its name
   * @param type such as {@code string}; empty if it has none, or several
   * @param format such as {@code date}; empty if it has none
   * @param value its default; null: it must be given
   * @param choices the only values, as strings, numbers and booleans; empty if it can have all
   */
  record DagParam(
      String name, String type, String format, @Nullable Object value, List<Object> choices) {

    /** Copies the list. */
    public DagParam {
      choices = List.copyOf(choices);
    }
  }

  /**
   * A run.
   *
   * @param dagId the DAG
   * @param runId the run, unique within the DAG
   * @param state {@code queued}, {@code running}, {@code success} or {@code failed}
   * @param requested when it was to start; null if Airflow does not say
   * @param start when it began; null before
   * @param end when it ended; null before
   */
  record DagRun(
      String dagId,
      String runId,
      String state,
      @Nullable Instant requested,
      @Nullable Instant start,
      @Nullable Instant end) {

    /** Whether nothing more happens in it by itself. */
    public boolean isOver() {
      return state.equals("success") || state.equals("failed");
    }
  }

  /**
   * A task of a run.
   *
   * @param taskId the task
   * @param mapIndex which of the copies of a mapped task; -1 if it is not mapped
   * @param state such as {@code success}, {@code failed}, {@code upstream_failed}, {@code
   *     up_for_retry}; {@code none} before it is scheduled
   * @param tries how often it was tried
   * @param start when its last try began; null before
   * @param end when its last try ended; null before
   */
  record TaskRun(
      String taskId,
      int mapIndex,
      String state,
      int tries,
      @Nullable Instant start,
      @Nullable Instant end) {

    /** The id, with the index if it is mapped. */
    public String name() {
      return mapIndex < 0 ? taskId : taskId + "[" + mapIndex + "]";
    }
  }
}
