// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The runs of an Airflow 2 or 3 over its REST API. */
final class HttpAirflowRuns implements AirflowRuns {

  private final HttpAirflowServer server;
  private final AirflowHttp http;

  HttpAirflowRuns(HttpAirflowServer server, AirflowHttp http) {
    this.server = server;
    this.http = http;
  }

  private boolean isAirflow3() {
    return server.version().major() >= 3;
  }

  private static String encoded(String part) {
    return HttpAirflowServer.encoded(part);
  }

  private String dag(String dagId) {
    return server.api("/dags/" + encoded(dagId));
  }

  private String dagRun(String dagId, String runId) {
    return dag(dagId) + "/dagRuns/" + encoded(runId);
  }

  @Override
  public List<DagState> dagsWith(Collection<String> tags) {
    StringBuilder filter = new StringBuilder();
    // Airflow 2 has no "all of them": one is asked for, the others are looked at here.
    tags.stream()
        .limit(isAirflow3() ? tags.size() : 1)
        .forEach(tag -> filter.append("&tags=").append(encoded(tag)));
    if (isAirflow3()) {
      filter.append("&tags_match_mode=all");
    }
    List<DagState> found = new ArrayList<>();
    server.eachDag(
        filter.toString(),
        dag -> {
          if (dag.tags().containsAll(tags)) {
            found.add(dag);
          }
        });
    found.sort(Comparator.comparing(DagState::dagId));
    return List.copyOf(found);
  }

  @Override
  public List<DagParam> params(String dagId) {
    List<DagParam> params = new ArrayList<>();
    http.find("read the parameters of DAG '" + dagId + "'", dag(dagId) + "/details")
        .map(details -> details.path("params"))
        .ifPresent(
            all ->
                all.properties()
                    .forEach(entry -> params.add(param(entry.getKey(), entry.getValue()))));
    return List.copyOf(params);
  }

  private static DagParam param(String name, JsonNode json) {
    JsonNode schema = json.path("schema");
    List<Object> choices = new ArrayList<>();
    for (JsonNode choice : schema.path("enum")) {
      @Nullable Object value = scalar(choice);
      if (value != null) {
        choices.add(value);
      }
    }
    return new DagParam(
        name,
        schema.path("type").isTextual() ? schema.path("type").asText() : "",
        schema.path("format").asText(""),
        scalar(json.path("value")),
        choices);
  }

  private static @Nullable Object scalar(JsonNode json) {
    if (json.isNumber()) {
      return json.numberValue();
    }
    if (json.isBoolean()) {
      return json.booleanValue();
    }
    return json.isNull() || json.isMissingNode() ? null : json.asText(json.toString());
  }

  @Override
  public DagRun trigger(NewRun run) {
    String action = "trigger DAG '" + run.dagId() + "'";
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("dag_run_id", run.runId());
    body.put("conf", run.conf());
    @Nullable Instant runtime = run.runtime();
    if (runtime != null) {
      body.put("logical_date", runtime.toString());
      body.put("data_interval_start", runtime.toString());
      body.put("data_interval_end", runtime.toString());
    } else if (isAirflow3()) {
      body.put("logical_date", null); // The key must be there.
    }
    AirflowHttp.Change change = http.change(action, "POST", dag(run.dagId()) + "/dagRuns", body);
    if (change.json() != null) {
      return dagRun(change.json());
    }
    if (change.status() == 409 && change.repeated()) {
      // Ours, the answer to which was lost: nobody else knows the id.
      Optional<DagRun> ours = run(run.dagId(), run.runId());
      if (ours.isPresent()) {
        return ours.get();
      }
    }
    throw change.status() == 409
        ? http.problems()
            .runExists(run.dagId(), run.runId(), run(run.dagId(), run.runId()).isPresent())
        : http.problems().runRefused(run.dagId(), change.status(), change.detail());
  }

  @Override
  public Optional<DagRun> run(String dagId, String runId) {
    return http.find("read a run of DAG '" + dagId + "'", dagRun(dagId, runId))
        .map(HttpAirflowRuns::dagRun);
  }

  private static DagRun dagRun(JsonNode run) {
    @Nullable Instant requested = HttpAirflowServer.time(run.path("run_after"));
    return new DagRun(
        run.path("dag_id").asText(),
        run.path("dag_run_id").asText(),
        run.path("state").asText(),
        requested == null ? HttpAirflowServer.time(run.path("logical_date")) : requested,
        HttpAirflowServer.time(run.path("start_date")),
        HttpAirflowServer.time(run.path("end_date")));
  }

  @Override
  public List<DagRun> lastRuns(String dagId, int limit) {
    String order = isAirflow3() ? "-run_after" : "-execution_date";
    List<DagRun> runs = new ArrayList<>();
    http.find(
            "read the runs of DAG '" + dagId + "'",
            dag(dagId) + "/dagRuns?order_by=" + order + "&limit=" + limit)
        .ifPresent(found -> found.path("dag_runs").forEach(run -> runs.add(dagRun(run))));
    return List.copyOf(runs);
  }

  @Override
  public List<TaskRun> tasks(String dagId, String runId) {
    String action = "read the tasks of a run of DAG '" + dagId + "'";
    List<TaskRun> tasks = new ArrayList<>();
    server.eachItem(
        action,
        dagRun(dagId, runId) + "/taskInstances?",
        "task_instances",
        task ->
            tasks.add(
                new TaskRun(
                    task.path("task_id").asText(),
                    task.path("map_index").asInt(-1),
                    task.path("state").asText("none").replace("null", "none"),
                    task.path("try_number").asInt(),
                    HttpAirflowServer.time(task.path("start_date")),
                    HttpAirflowServer.time(task.path("end_date")))));
    tasks.sort(
        Comparator.comparing(
                TaskRun::start, Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
            .thenComparing(TaskRun::taskId)
            .thenComparing(TaskRun::mapIndex));
    return List.copyOf(tasks);
  }

  @Override
  public Optional<List<String>> log(
      String dagId, String runId, String taskId, int mapIndex, int tryNumber) {
    String action = "read the log of task '" + taskId + "'";
    String path =
        dagRun(dagId, runId)
            + "/taskInstances/"
            + encoded(taskId)
            + "/logs/"
            + tryNumber
            + "?full_content=true"
            + (mapIndex < 0 ? "" : "&map_index=" + mapIndex);
    return isAirflow3()
        ? http.find(action, path).map(log -> LogText.ofEvents(log.path("content")))
        // As JSON it would be the text of Python objects.
        : http.text(action, path).map(LogText::ofText);
  }

  @Override
  public boolean pause(String dagId, boolean paused) {
    AirflowHttp.Change change =
        http.change(
            (paused ? "pause" : "unpause") + " DAG '" + dagId + "'",
            "PATCH",
            dag(dagId) + "?update_mask=is_paused",
            Map.of("is_paused", paused));
    if (change.status() != 404 && change.json() == null) {
      throw http.problems().runRefused(dagId, change.status(), change.detail());
    }
    return change.json() != null;
  }

  @Override
  public URI runLink(String dagId, String runId) {
    return URI.create(
        server.name()
            + "/dags/"
            + encoded(dagId)
            + (isAirflow3() ? "/runs/" + encoded(runId) : "/grid?dag_run_id=" + encoded(runId)));
  }
}
