// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.DagState;
import io.bigflow.airflow.ImportError;
import io.bigflow.airflow.LogText;
import io.bigflow.dag.DagFileGenerator;
import io.bigflow.deploy.DagEntry;
import io.bigflow.progress.Elapsed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the DAGs of a project and environment are: {@code target/bigflow/status.json}.
 *
 * @param formatVersion the format of the file
 * @param airflow the address of Airflow
 * @param airflowVersion its version
 * @param project the project's {@code groupId:artifactId}
 * @param env the environment
 * @param dags ordered by id; those that are deployed and those that Airflow still knows
 * @param importErrors the files that Airflow could not import
 */
public record StatusReport(
    int formatVersion,
    String airflow,
    String airflowVersion,
    String project,
    String env,
    List<Dag> dags,
    List<Broken> importErrors) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  private static final int RUNS = 3;

  /** Copies the lists. */
  public StatusReport {
    dags = List.copyOf(dags);
    importErrors = List.copyOf(importErrors);
  }

  /**
   * A DAG.
   *
   * @param dagId the DAG
   * @param state {@code active}, {@code paused}, {@code import error}, {@code gone} (its file is no
   *     longer there), or {@code unknown} (deployed, but never parsed)
   * @param runningBuild the build tag of the version that Airflow has parsed last; absent if it has
   *     none
   * @param deployedBuild the build tag of the version in the bucket; absent if no record was read,
   *     or it has none
   * @param deployedVersion the project's version that was deployed; absent as above
   * @param nextRun when the next run by schedule starts, in ISO-8601; absent if none does
   * @param runs the last runs, the newest first
   * @param streaming its streaming jobs, as far as they are deployed
   */
  public record Dag(
      String dagId,
      String state,
      @Nullable String runningBuild,
      @Nullable String deployedBuild,
      @Nullable String deployedVersion,
      @Nullable String nextRun,
      List<Run> runs,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Streaming> streaming) {

    /** Copies the lists. */
    public Dag {
      runs = List.copyOf(runs);
      streaming = List.copyOf(streaming);
    }

    /** Whether Airflow shows another version than the one that is deployed. */
    boolean isBehind() {
      return deployedBuild != null && !Objects.equals(deployedBuild, runningBuild);
    }
  }

  /**
   * A run.
   *
   * @param start in ISO-8601; absent while it is queued
   * @param seconds how long it took; absent while it is not over
   */
  public record Run(String runId, String state, @Nullable String start, @Nullable Long seconds) {}

  /**
   * A streaming job, which goes on in Dataflow when its task has ended.
   *
   * @param job the workflow and the task
   * @param name the name of the Dataflow job
   * @param project the project; absent if it is not known
   * @param region the region; absent if it is not known
   * @param state Dataflow's word in lower case, such as {@code running}, {@code draining} or {@code
   *     failed}; {@code none} if there is no such job, {@code unknown} if nobody could be asked
   * @param ended whether it does nothing more
   * @param id the id of the Dataflow job; absent if there is none
   * @param since when it came into its state, in ISO-8601; absent if that is not known
   * @param link its page in Google's console; absent if there is none
   * @param deployed whether it is of the build that is deployed; absent if it does not tell
   * @param version the version of the project that started it, with underscores for what a label
   *     cannot hold; absent if that is not known
   * @param problem why the state is not known, and what to do about it; absent if it is known
   */
  public record Streaming(
      String job,
      String name,
      @Nullable String project,
      @Nullable String region,
      String state,
      boolean ended,
      @Nullable String id,
      @Nullable String since,
      @Nullable String link,
      @Nullable Boolean deployed,
      @Nullable String version,
      @Nullable String problem) {
    static final String NONE = "none";
    static final String UNKNOWN = "unknown";

    /** As lines. */
    List<String> lines(String dagId) {
      String start = "streaming job " + job + ": " + state;
      if (problem != null) {
        return List.of(start + ", " + problem);
      }
      String next = "; the next run of " + dagId + " ";
      if (id == null || link == null) {
        return List.of(start + next + "starts it");
      }
      String text = start + (since == null ? "" : " since " + since) + build();
      if (ended) {
        text += next + "starts it again";
      } else if (Boolean.FALSE.equals(deployed)) {
        text += next + "replaces it";
      }
      return List.of(text, "  " + id + " " + link);
    }

    private String build() {
      if (deployed == null) {
        return ", of a build that is not known" + (version == null ? "" : " (" + version + ")");
      }
      return deployed
          ? ", of the deployed build"
          : ", of another build" + (version == null ? "" : " (" + version + ")");
    }
  }

  /**
   * A file that Airflow could not import.
   *
   * @param file its path in the bucket
   * @param error the last line of what Python said
   */
  public record Broken(String file, String error) {}

  /**
   * Asks Airflow, and Dataflow if a deployed DAG has a streaming job.
   *
   * @param deployed the DAG files of the record; empty if no bucket is configured
   * @param streaming who asks Dataflow
   */
  public static StatusReport of(
      Workflows workflows, String project, List<DagEntry> deployed, StreamingJobs streaming) {
    Map<String, DagState> known = new TreeMap<>();
    workflows.all().forEach(dag -> known.put(dag.dagId(), dag));
    Map<String, DagEntry> entries = new TreeMap<>();
    deployed.forEach(entry -> entries.put(entry.dagId(), entry));
    TreeSet<String> ids = new TreeSet<>(known.keySet());
    ids.addAll(entries.keySet());
    List<Dag> dags = new ArrayList<>();
    for (String id : ids) {
      @Nullable DagState state = known.get(id);
      List<DagRun> runs = state == null ? List.of() : workflows.airflow().runs().lastRuns(id, RUNS);
      @Nullable DagEntry entry = entries.get(id);
      dags.add(dag(id, state, entry, runs, entry == null ? List.of() : streaming.of(entry)));
    }
    return new StatusReport(
        FORMAT_VERSION,
        workflows.airflow().name(),
        workflows.airflow().version().text(),
        project,
        workflows.env(),
        dags,
        workflows.importErrors().stream().map(StatusReport::broken).toList());
  }

  private static Dag dag(
      String id,
      @Nullable DagState state,
      @Nullable DagEntry entry,
      List<DagRun> runs,
      List<Streaming> streaming) {
    @Nullable Instant next = state == null ? null : state.nextRun();
    return new Dag(
        id,
        word(state),
        state == null ? null : build(state).orElse(null),
        entry == null ? null : entry.buildTag(),
        entry == null ? null : entry.version(),
        next == null ? null : text(next),
        runs.stream().map(StatusReport::run).toList(),
        streaming);
  }

  private static String word(@Nullable DagState state) {
    if (state == null) {
      return "unknown";
    }
    if (state.stale()) {
      return "gone";
    }
    if (state.hasImportErrors()) {
      return "import error";
    }
    return state.paused() ? "paused" : "active";
  }

  private static Optional<String> build(DagState state) {
    return state.tags().stream()
        .filter(tag -> tag.startsWith(DagFileGenerator.BUILD_TAG_PREFIX))
        .sorted()
        .findFirst();
  }

  private static Run run(DagRun run) {
    @Nullable Instant start = run.start();
    @Nullable Instant end = run.end();
    return new Run(
        run.runId(),
        run.state(),
        start == null ? null : text(start),
        start == null || end == null ? null : Duration.between(start, end).toSeconds());
  }

  private static Broken broken(ImportError error) {
    String trace = error.stackTrace().strip();
    return new Broken(
        "dags/" + error.file(), LogText.safe(trace.substring(trace.lastIndexOf('\n') + 1)));
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The report as lines. */
  public List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DAG", "state", "last run", "started", "took", "next run", "version"));
    for (Dag dag : dags) {
      rows.add(
          List.of(
              dag.dagId(),
              dag.state(),
              dag.runs().isEmpty() ? "-" : dag.runs().get(0).state(),
              dag.runs().isEmpty() ? "-" : orDash(dag.runs().get(0).start()),
              dag.runs().isEmpty() ? "-" : took(dag.runs().get(0)),
              orDash(dag.nextRun()),
              version(dag)));
    }
    int[] widths = new int[rows.get(0).size()];
    rows.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      lines.add(line.toString().stripTrailing());
    }
    dags.forEach(dag -> dag.streaming().forEach(job -> lines.addAll(job.lines(dag.dagId()))));
    importErrors.forEach(
        broken -> lines.add("import error in " + broken.file() + ": " + broken.error()));
    return lines;
  }

  private static String orDash(@Nullable String text) {
    return text == null ? "-" : text;
  }

  private static String took(Run run) {
    @Nullable Long seconds = run.seconds();
    return seconds == null ? "-" : Elapsed.text(Duration.ofSeconds(seconds));
  }

  private static String version(Dag dag) {
    String running = dag.runningBuild() == null ? "-" : shortened(dag.runningBuild());
    if (dag.isBehind()) {
      return running + ", deployed is " + shortened(Objects.requireNonNull(dag.deployedBuild()));
    }
    return dag.deployedVersion() == null ? running : running + " (" + dag.deployedVersion() + ")";
  }

  private static String shortened(String tag) {
    return tag.replaceFirst("^" + DagFileGenerator.BUILD_TAG_PREFIX, "");
  }
}
