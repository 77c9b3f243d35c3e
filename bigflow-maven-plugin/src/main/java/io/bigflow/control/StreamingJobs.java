// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.LogText;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dataflow.DataflowJob;
import io.bigflow.dataflow.DataflowJobs;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.deploy.DagEntry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Dataflow makes of the streaming jobs of deployed DAGs. Never fails: it tells why not. */
public final class StreamingJobs {
  private final DataflowJobs dataflow;
  // What refuses one job refuses all in its place.
  private final Map<DataflowPlace, String> problems = new HashMap<>();

  /** Asks nothing yet. */
  public StreamingJobs(DataflowJobs dataflow) {
    this.dataflow = dataflow;
  }

  /** The streaming jobs of a DAG, in the order of its tasks. */
  List<StatusReport.Streaming> of(DagEntry dag) {
    return dag.streaming().stream().map(job -> of(dag, job)).toList();
  }

  private StatusReport.Streaming of(DagEntry dag, BuiltDags.Streaming job) {
    Optional<DataflowPlace> place = DataflowPlace.of(job.project(), job.region());
    if (place.isEmpty()) {
      return unknown(
          dag,
          job,
          "its project and region are not known before a run. Give beam.project and beam.region"
              + " values that need no variable of the container.");
    }
    @Nullable String known = problems.get(place.get());
    if (known != null) {
      return unknown(dag, job, known);
    }
    try {
      return dataflow
          .find(place.get(), job.name())
          .map(found -> found(dag, job, found))
          .orElseGet(() -> found(dag, job, null));
    } catch (BigflowException e) {
      String problem = text(e);
      problems.put(place.get(), problem);
      return unknown(dag, job, problem);
    }
  }

  private static StatusReport.Streaming found(
      DagEntry dag, BuiltDags.Streaming job, @Nullable DataflowJob found) {
    @Nullable Instant since = found == null ? null : found.since();
    return new StatusReport.Streaming(
        LogText.safe(dag.workflow() + "." + job.task()),
        job.name(),
        job.project(),
        job.region(),
        found == null ? StatusReport.Streaming.NONE : found.state(),
        found != null && found.hasEnded(),
        found == null ? null : found.id(),
        since == null ? null : since.truncatedTo(ChronoUnit.SECONDS).toString(),
        found == null ? null : found.link(),
        found == null ? null : found.isOf(dag.image()).orElse(null),
        found == null ? null : found.version(),
        null);
  }

  private static StatusReport.Streaming unknown(
      DagEntry dag, BuiltDags.Streaming job, String problem) {
    return new StatusReport.Streaming(
        LogText.safe(dag.workflow() + "." + job.task()),
        job.name(),
        job.project(),
        job.region(),
        StatusReport.Streaming.UNKNOWN,
        false,
        null,
        null,
        null,
        null,
        null,
        problem);
  }

  /** On one line. */
  private static String text(BigflowException failure) {
    StringBuilder text = new StringBuilder();
    for (Problem problem : failure.problems()) {
      for (String sentence : List.of(problem.what(), problem.fix())) {
        if (!sentence.isEmpty()) {
          text.append(text.isEmpty() ? "" : " ")
              .append(sentence)
              .append(sentence.endsWith(".") ? "" : ".");
        }
      }
    }
    return LogText.safe(text.toString().replaceAll("\\s+", " "));
  }
}
