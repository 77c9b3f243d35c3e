// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An Airflow in this process, of line 2 or 3: the REST API's lists of DAGs, runs and import errors,
 * with pages and the answers of Airflow 2.11.2 and 3.3.2 to wrong credentials, failures on demand,
 * and a log of the requests. It parses nothing: a test says what Airflow has seen.
 */
public final class FakeAirflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_PAGE = 100;
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  private final Line line;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SortedMap<String, Dag> dags = new TreeMap<>();
  private final List<Run> runs = new ArrayList<>();
  private final SortedMap<String, Failed> importErrors = new TreeMap<>();
  private final Map<String, ObjectNode> params = new HashMap<>();
  private final Map<String, SortedMap<String, String>> tasks = new HashMap<>();
  private final Map<String, String> logs = new HashMap<>();
  private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Scripted> scripted = new CopyOnWriteArrayList<>();
  private final AtomicInteger counter = new AtomicInteger();
  private @Nullable String user;
  private @Nullable String password;
  private @Nullable String bearer;
  private @Nullable String issued;
  private String version;

  /** Which API it speaks. */
  public enum Line {
    /** {@code /api/v1}. */
    AIRFLOW_2,
    /** {@code /api/v2}. */
    AIRFLOW_3
  }

  /**
   * A request that arrived.
   *
   * @param method GET or POST
   * @param path with the query
   * @param authorized whether it carried credentials; which, is never kept
   * @param status what was answered; 0 = the connection was cut
   */
  public record Request(String method, String path, boolean authorized, int status) {
    @Override
    public String toString() {
      return method + " " + path + " " + status;
    }
  }

  private record Dag(
      String file, List<String> tags, boolean paused, boolean stale, Instant parsed) {}

  private record Run(String dagId, String runId, String state) {}

  private record Failed(String stackTrace, Instant time, int id) {}

  private static final class Scripted {
    final Predicate<String> request;
    final int status;
    final Map<String, String> headers;
    final String body;
    final AtomicInteger left;

    Scripted(
        Predicate<String> request, int status, Map<String, String> headers, String body, int n) {
      this.request = request;
      this.status = status;
      this.headers = headers;
      this.body = body;
      this.left = new AtomicInteger(n);
    }
  }

  private static final class Answer extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final int status;

    Answer(int status, String detail) {
      super(detail);
      this.status = status;
    }
  }

  private FakeAirflow(Line line) throws IOException {
    this.line = line;
    version = line == Line.AIRFLOW_2 ? "2.11.2" : "3.3.2";
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Starts an Airflow without DAGs that lets everybody in. */
  public static FakeAirflow start(Line line) {
    try {
      return new FakeAirflow(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address of its web interface. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on it says this version. */
  public synchronized FakeAirflow saying(String newVersion) {
    version = newVersion;
    return this;
  }

  /** From now on clients must log in as this user. */
  public synchronized FakeAirflow requiring(String name, String secret) {
    user = name;
    password = secret;
    return this;
  }

  /** From now on clients must send this token, as Composer wants it. */
  public synchronized FakeAirflow requiringToken(String token) {
    bearer = token;
    return this;
  }

  /** The tokens that it gave so far are worth nothing any more. */
  public synchronized FakeAirflow forgettingTokens() {
    issued = null;
    return this;
  }

  /** It has parsed a DAG; an import error of its file is gone. */
  public synchronized FakeAirflow dag(String dagId, String path, String... tags) {
    dags.put(dagId, new Dag(path, List.of(tags), false, false, now()));
    importErrors.remove(path);
    return this;
  }

  /** A DAG is paused. */
  public synchronized FakeAirflow paused(String dagId) {
    Dag dag = known(dagId);
    dags.put(dagId, new Dag(dag.file, dag.tags, true, dag.stale, dag.parsed));
    return this;
  }

  /** The file of a DAG is gone. */
  public synchronized FakeAirflow stale(String dagId) {
    Dag dag = known(dagId);
    dags.put(dagId, new Dag(dag.file, dag.tags, dag.paused, true, dag.parsed));
    return this;
  }

  /** A run is in a state. */
  public synchronized FakeAirflow run(String dagId, String runId, String state) {
    runs.removeIf(run -> run.dagId.equals(dagId) && run.runId.equals(runId));
    runs.add(new Run(dagId, runId, state));
    return this;
  }

  /** A DAG has a parameter, with the schema of JSON. */
  public synchronized FakeAirflow param(String dagId, String name, String json) {
    try {
      params.computeIfAbsent(dagId, id -> JSON.createObjectNode()).set(name, JSON.readTree(json));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A task of a run is in a state; empty = none yet. */
  public synchronized FakeAirflow task(String dagId, String runId, String task, String state) {
    tasks.computeIfAbsent(dagId + "/" + runId, key -> new TreeMap<>()).put(task, state);
    return this;
  }

  /** The log of a try. */
  public synchronized FakeAirflow log(
      String dagId, String runId, String task, int tryNumber, String text) {
    logs.put(dagId + "/" + runId + "/" + task + "/" + tryNumber, text);
    return this;
  }

  /** What runs were triggered with, the whole bodies. */
  public List<JsonNode> bodies() {
    return List.copyOf(bodies);
  }

  /** Whether a DAG is paused. */
  public synchronized boolean isPaused(String dagId) {
    return known(dagId).paused;
  }

  /** A file could not be imported; each call is a parse with a time of its own. */
  public synchronized FakeAirflow importError(String path, String stackTrace) {
    importErrors.put(path, new Failed(stackTrace, now(), counter.get()));
    return this;
  }

  /**
   * The next requests are answered with a failure.
   *
   * @param request the method, a blank, and the beginning of the path, for example {@code GET
   *     /api/v1/dags}
   * @param status the status; 0 cuts the connection
   * @param times how many requests; {@link Integer#MAX_VALUE} = all
   */
  public FakeAirflow failing(String request, int status, int times) {
    return answering(request, status, Map.of("Content-Type", "application/json"), "{}", times);
  }

  /** As above, with any answer. */
  public FakeAirflow answering(
      String request, int status, Map<String, String> headers, String body, int times) {
    scripted.add(new Scripted(text -> text.startsWith(request), status, headers, body, times));
    return this;
  }

  /** What arrived so far. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Forgets the requests. */
  public void clearRequests() {
    requests.clear();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  // ---- HTTP

  private void handle(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().toString();
    boolean authorized = exchange.getRequestHeaders().containsKey("Authorization");
    byte[] body = exchange.getRequestBody().readAllBytes();
    for (Scripted answer : scripted) {
      if (answer.request.test(method + " " + path) && answer.left.getAndDecrement() > 0) {
        requests.add(new Request(method, path, authorized, answer.status));
        if (answer.status > 0) {
          answer.headers.forEach(exchange.getResponseHeaders()::set);
          send(exchange, answer.status, answer.body.getBytes(UTF_8));
        } else {
          exchange.close(); // Before any answer, so the client sees the connection end.
        }
        return;
      }
    }
    int status = 200;
    ObjectNode answer;
    try {
      answer = route(exchange, method, body);
      status = path.startsWith("/auth/token") ? 201 : 200;
    } catch (Answer failure) {
      status = failure.status;
      answer = JSON.createObjectNode().put("detail", failure.getMessage());
    }
    requests.add(new Request(method, path, authorized, status));
    if (line == Line.AIRFLOW_2 && answer.has("text")) {
      // Asked for as text/plain.
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      send(exchange, status, answer.path("text").asText().getBytes(UTF_8));
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    send(exchange, status, JSON.writeValueAsBytes(answer));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private synchronized ObjectNode route(HttpExchange exchange, String method, byte[] body)
      throws IOException {
    String path = exchange.getRequestURI().getPath();
    String root = line == Line.AIRFLOW_2 ? "/api/v1" : "/api/v2";
    if (path.equals("/auth/token") && line == Line.AIRFLOW_3 && method.equals("POST")) {
      return token(JSON.readTree(body));
    }
    if (!path.startsWith(root + "/")) {
      throw new Answer(404, "There is nothing here");
    }
    if (path.equals(root + "/version")) {
      return JSON.createObjectNode().put("version", version);
    }
    authorize(exchange.getRequestHeaders().getFirst("Authorization"));
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String rest = method + " " + path.substring(root.length());
    if (rest.equals("GET /dags")) {
      return dagList(query);
    }
    if (rest.equals("GET /importErrors")) {
      return importErrorList(query);
    }
    if (rest.equals("POST /dags/~/dagRuns/list")) {
      return runList(JSON.readTree(body));
    }
    if (rest.matches("GET /dags/[^/]+")) {
      String dagId = path.substring((root + "/dags/").length());
      if (!dags.containsKey(dagId)) {
        throw new Answer(404, "The DAG with dag_id: " + dagId + " was not found");
      }
      return dagJson(dagId);
    }
    if (rest.startsWith("GET /dags/") || rest.matches("(POST|PATCH) /dags/[^/]+(/dagRuns)?")) {
      return dagRoute(method, rest.substring(rest.indexOf("/dags/") + 6).split("/", -1), body);
    }
    throw new Answer(405, rest + " is not part of this fake");
  }

  private ObjectNode dagRoute(String method, String[] path, byte[] body) throws IOException {
    String dagId = path[0];
    if (!dags.containsKey(dagId)) {
      throw new Answer(404, "The DAG with dag_id: " + dagId + " was not found");
    }
    if (method.equals("PATCH")) {
      Dag dag = known(dagId);
      boolean paused = JSON.readTree(body).path("is_paused").asBoolean();
      dags.put(dagId, new Dag(dag.file, dag.tags, paused, dag.stale, dag.parsed));
      return dagJson(dagId);
    }
    if (method.equals("POST")) {
      return newRun(dagId, JSON.readTree(body));
    }
    if (path[1].equals("details")) {
      ObjectNode details = dagJson(dagId);
      details.set("params", params.getOrDefault(dagId, JSON.createObjectNode()));
      return details;
    }
    if (path.length == 2) {
      List<ObjectNode> found = new ArrayList<>();
      runs.stream().filter(run -> run.dagId.equals(dagId)).forEach(run -> found.add(0, json(run)));
      return page(found, "dag_runs", LARGEST_PAGE, 0);
    }
    Run run =
        runs.stream()
            .filter(one -> one.dagId.equals(dagId) && one.runId.equals(path[2]))
            .findFirst()
            .orElseThrow(() -> new Answer(404, "DAGRun not found"));
    if (path.length == 3) {
      return json(run);
    }
    List<ObjectNode> found = new ArrayList<>();
    tasks
        .getOrDefault(dagId + "/" + run.runId, new TreeMap<>())
        .forEach(
            (id, state) ->
                found.add(
                    JSON.createObjectNode()
                        .put("task_id", id)
                        .put("map_index", -1)
                        .put("state", state.isEmpty() ? null : state)
                        .put("try_number", state.isEmpty() ? 0 : 1)));
    if (path.length == 4) {
      return page(found, "task_instances", LARGEST_PAGE, 0);
    }
    String log = logs.get(dagId + "/" + run.runId + "/" + path[4] + "/" + path[6]);
    if (log == null) {
      throw new Answer(404, "TaskInstance not found");
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode events = answer.putArray("content");
    log.lines()
        .forEach(
            text ->
                events
                    .addObject()
                    .put("timestamp", time(EPOCH))
                    .put("level", "info")
                    .put("event", text));
    return line == Line.AIRFLOW_3 ? answer : JSON.createObjectNode().put("text", log);
  }

  private ObjectNode newRun(String dagId, JsonNode body) {
    if (line == Line.AIRFLOW_3 && !body.has("logical_date")) {
      throw new Answer(422, "Field required");
    }
    String runId = body.path("dag_run_id").asText();
    if (runs.stream().anyMatch(run -> run.dagId.equals(dagId) && run.runId.equals(runId))) {
      throw new Answer(409, "DAGRun already exists");
    }
    Run run = new Run(dagId, runId, "queued");
    runs.add(run);
    bodies.add(body);
    return json(run);
  }

  private ObjectNode json(Run run) {
    boolean isOver = run.state.equals("success") || run.state.equals("failed");
    ObjectNode json =
        JSON.createObjectNode()
            .put("dag_id", run.dagId)
            .put("dag_run_id", run.runId)
            .put("state", run.state)
            .put("start_date", run.state.equals("queued") ? null : time(EPOCH))
            .put("end_date", isOver ? time(EPOCH.plusSeconds(90)) : null);
    return json.put(line == Line.AIRFLOW_2 ? "logical_date" : "run_after", time(EPOCH));
  }

  // ---- who may enter

  private ObjectNode token(JsonNode login) {
    if (!login.path("username").asText().equals(user)
        || !login.path("password").asText().equals(password)) {
      throw new Answer(401, "Invalid credentials");
    }
    issued = "token-" + counter.incrementAndGet();
    return JSON.createObjectNode().put("access_token", issued);
  }

  private void authorize(@Nullable String header) {
    if (bearer != null) {
      if (!("Bearer " + bearer).equals(header)) {
        throw new Answer(401, "Unauthorized");
      }
    } else if (user != null && line == Line.AIRFLOW_2) {
      String pair = user + ":" + password;
      String expected = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
      if (!expected.equals(header)) {
        throw new Answer(403, "Forbidden");
      }
    } else if (user != null) {
      if (header == null) {
        throw new Answer(401, "Not authenticated");
      }
      if (issued == null || !header.equals("Bearer " + issued)) {
        throw new Answer(403, "Invalid JWT token");
      }
    }
  }

  // ---- lists

  private ObjectNode dagList(Map<String, String> query) {
    // An underscore of SQL's LIKE is any character.
    Pattern pattern =
        Pattern.compile(
            "(?i).*"
                + query.getOrDefault("dag_id_pattern", "").replace(".", "\\.").replace('_', '.')
                + ".*");
    boolean activeOnly =
        line == Line.AIRFLOW_2
            ? !query.getOrDefault("only_active", "true").equals("false")
            : !query.getOrDefault("exclude_stale", "true").equals("false");
    List<ObjectNode> found = new ArrayList<>();
    dags.forEach(
        (id, dag) -> {
          if (pattern.matcher(id).matches()
              && (!query.containsKey("tags") || dag.tags.contains(query.get("tags")))
              && !(activeOnly && dag.stale)) {
            found.add(dagJson(id));
          }
        });
    return page(found, "dags", number(query, "limit"), number(query, "offset"));
  }

  private ObjectNode dagJson(String dagId) {
    Dag dag = known(dagId);
    ObjectNode json =
        JSON.createObjectNode()
            .put("dag_id", dagId)
            .put("is_paused", dag.paused)
            .put("has_import_errors", importErrors.containsKey(dag.file))
            .put("last_parsed_time", time(dag.parsed));
    if (line == Line.AIRFLOW_2) {
      json.put("is_active", !dag.stale).put("fileloc", "/opt/airflow/dags/" + dag.file);
    } else {
      json.put("is_stale", dag.stale).put("relative_fileloc", dag.file);
    }
    ArrayNode tags = json.putArray("tags");
    new TreeSet<>(dag.tags).forEach(tag -> tags.addObject().put("name", tag));
    return json;
  }

  private ObjectNode runList(JsonNode question) {
    List<String> dagIds = new ArrayList<>();
    question.path("dag_ids").forEach(id -> dagIds.add(id.asText()));
    List<String> states = new ArrayList<>();
    question.path("states").forEach(state -> states.add(state.asText()));
    List<ObjectNode> found = new ArrayList<>();
    for (Run run : runs) {
      if ((dagIds.isEmpty() || dagIds.contains(run.dagId))
          && (states.isEmpty() || states.contains(run.state))) {
        found.add(
            JSON.createObjectNode()
                .put("dag_id", run.dagId)
                .put("dag_run_id", run.runId)
                .put("state", run.state)
                .put("start_date", run.state.equals("queued") ? null : time(EPOCH)));
      }
    }
    return page(
        found,
        "dag_runs",
        question.path("page_limit").asInt(LARGEST_PAGE),
        question.path("page_offset").asInt());
  }

  private ObjectNode importErrorList(Map<String, String> query) {
    List<ObjectNode> found = new ArrayList<>();
    importErrors.forEach(
        (path, error) ->
            found.add(
                JSON.createObjectNode()
                    .put("import_error_id", error.id)
                    .put("filename", (line == Line.AIRFLOW_2 ? "/opt/airflow/dags/" : "") + path)
                    .put("stack_trace", error.stackTrace)
                    .put("timestamp", time(error.time))));
    return page(found, "import_errors", number(query, "limit"), number(query, "offset"));
  }

  private static ObjectNode page(List<ObjectNode> all, String name, int limit, int offset) {
    ObjectNode page = JSON.createObjectNode();
    ArrayNode items = page.putArray(name);
    all.stream().skip(offset).limit(Math.min(limit, LARGEST_PAGE)).forEach(items::add);
    return page.put("total_entries", all.size());
  }

  // ---- small things

  private Dag known(String dagId) {
    Dag dag = dags.get(dagId);
    if (dag == null) {
      throw new IllegalArgumentException("There is no DAG '" + dagId + "' in this fake");
    }
    return dag;
  }

  private Instant now() {
    return EPOCH.plusSeconds(counter.incrementAndGet());
  }

  private String time(Instant instant) {
    return line == Line.AIRFLOW_2 ? instant.toString().replace("Z", "+00:00") : instant.toString();
  }

  private static int number(Map<String, String> query, String name) {
    return Integer.parseInt(query.getOrDefault(name, name.equals("limit") ? "50" : "0"));
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
      }
    }
    return query;
  }
}
