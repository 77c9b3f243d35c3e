// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The REST calls of BigQuery that the operations make. It runs no SQL: a job ends when it was asked
 * after often enough, with the error that the test has planned, and queries have the rows that the
 * test gives.
 */
final class FakeBigQuery implements AutoCloseable {
  static {
    // Else each answer waits 40 ms for an acknowledgement that TCP delays.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROJECT = "(/upload)?/bigquery/v2/projects/[^/]+/";
  private static final Pattern DATASETS = Pattern.compile(PROJECT + "datasets(?:/([^/]+))?");
  private static final Pattern TABLES =
      Pattern.compile(PROJECT + "datasets/([^/]+)/tables(?:/([^/]+))?(/data)?");
  private static final Pattern JOBS = Pattern.compile(PROJECT + "jobs(?:/([^/]+))?(/cancel)?");
  private static final Pattern QUERIES = Pattern.compile(PROJECT + "queries/([^/]+)");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
  private static final int RESUME_INCOMPLETE = 308;

  private static final int LARGEST_PAGE = 100_000;

  /** Where the rows of a query are. */
  private static final String RESULTS = "_results";

  /** Every request as {@code METHOD path?query}. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What the requests had as {@code Authorization}. */
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** The bodies of inserted jobs, in the order of arrival. */
  final List<JsonNode> inserted = new CopyOnWriteArrayList<>();

  /** The bodies of dry runs. */
  final List<JsonNode> dryRuns = new CopyOnWriteArrayList<>();

  /** The bodies of created datasets. */
  final List<JsonNode> created = new CopyOnWriteArrayList<>();

  /** The bodies of created tables. */
  final List<JsonNode> createdTables = new CopyOnWriteArrayList<>();

  /** The bodies of updates of datasets and tables. */
  final List<JsonNode> updates = new CopyOnWriteArrayList<>();

  /** The files that were uploaded to their end. */
  final List<String> uploaded = new CopyOnWriteArrayList<>();

  final List<String> cancelled = new CopyOnWriteArrayList<>();

  /** Existing datasets with their location. */
  final Map<String, String> datasets = new ConcurrentHashMap<>();

  /** The labels of datasets. */
  final Map<String, Map<String, String>> datasetLabels = new ConcurrentHashMap<>();

  /** Existing tables, and partitions such as <code>ports$20260102</code>. */
  final Map<String, ObjectNode> tables = new ConcurrentHashMap<>();

  /** What goes wrong. */
  final List<Fault> faults = new CopyOnWriteArrayList<>();

  private final Map<String, ObjectNode> jobs = new ConcurrentHashMap<>();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** How often a job says that it is running before it is done; -1 if it is done at once. */
  volatile int pollsUntilDone = 1;

  volatile @Nullable String failure;

  /** The reason of {@link #failure}, and what the job says besides. */
  volatile String failureReason = "invalidQuery";

  volatile List<String> failureDetails = List.of();
  volatile int refusal;
  final AtomicInteger lostAnswers = new AtomicInteger();

  /** What a dry run says. */
  volatile long estimate;

  volatile int referencedTables = 1;

  /** The columns of each query, a list of fields of JSON. */
  volatile String columns = "[]";

  volatile long rowCount;

  /** A row as the API writes it, {@code {"f": [{"v": "1"}]}}. */
  volatile LongFunction<String> rows = index -> "{}";

  private record Upload(ObjectNode job, ByteArrayOutputStream bytes) {}

  /** An answer; without a status there is none. */
  private record Answer(int status, String body, Map<String, String> headers) {

    static Answer of(int status, JsonNode body) {
      try {
        return new Answer(status, JSON.writeValueAsString(body), Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static Answer ok(JsonNode body) {
      return of(200, body);
    }

    static Answer error(int status, String reason) {
      return of(status, FakeBigQuery.error(status, reason));
    }
  }

  /** Requests that are answered otherwise. */
  static final class Fault {
    private final Pattern request;
    private final int status;
    private final String reason;
    private final boolean isDone;
    private final AtomicInteger left;

    private Fault(String request, int status, String reason, boolean isDone, int times) {
      this.request = Pattern.compile(request);
      this.status = status;
      this.reason = reason;
      this.isDone = isDone;
      this.left = new AtomicInteger(times);
    }

    /**
     * Requests are refused.
     *
     * @param request a pattern that is somewhere in {@code METHOD path?query}
     */
    static Fault refused(String request, int status, String reason, int times) {
      return new Fault(request, status, reason, false, times);
    }

    /** Requests are done, but the answer is another one; 0 if there is none. */
    static Fault lost(String request, int status, int times) {
      return new Fault(request, status, "backendError", true, times);
    }

    private boolean isFor(String text) {
      return request.matcher(text).find() && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    /** How often it will go wrong yet. */
    int left() {
      return left.get();
    }
  }

  FakeBigQuery() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Makes a job known as if an earlier try had started it. */
  void addRunningJob(String id, int polls) {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("jobReference").put("projectId", "demo").put("jobId", id).put("location", "EU");
    job.putObject("configuration").putObject("query").put("query", "SELECT 1");
    start(job, polls);
  }

  /** Makes a table of that JSON known. */
  void addTable(String id, String json) {
    try {
      ObjectNode table = (ObjectNode) JSON.readTree(json);
      table
          .putObject("tableReference")
          .put("projectId", "demo")
          .put("datasetId", "internationalports")
          .put("tableId", id);
      table.put("type", "TABLE");
      tables.put(id, table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What every query results in: columns, and rows of their values. */
  void result(String fields, String... values) {
    columns = fields;
    rowCount = values.length;
    rows = index -> values[(int) index];
  }

  /** How often something was asked, by a pattern that is somewhere in the request. */
  long count(String request) {
    return requests.stream().filter(text -> Pattern.compile(request).matcher(text).find()).count();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** Answers a request, whichever server it came to. */
  void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(request);
      authorizations.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
      Fault fault = faults.stream().filter(each -> each.isFor(request)).findFirst().orElse(null);
      Answer answer = null;
      byte[] body = body(exchange);
      if (fault == null || fault.isDone) {
        answer = respond(exchange, body);
      }
      if (fault != null) {
        answer = fault.status == 0 ? null : Answer.error(fault.status, fault.reason);
      }
      // Closing the exchange without an answer cuts the connection.
      if (answer != null) {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        answer.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  private @Nullable Answer respond(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = effectiveMethod(exchange);
    Matcher match = QUERIES.matcher(path);
    if (match.matches()) {
      return queryResults(match.group(2));
    }
    match = JOBS.matcher(path);
    if (match.matches()) {
      if (match.group(1) != null) {
        return upload(exchange, method, body);
      }
      return jobs(match.group(2), match.group(3) != null, body);
    }
    match = TABLES.matcher(path);
    if (match.matches()) {
      return match.group(4) == null
          ? table(method, match.group(2), match.group(3), body)
          : page(exchange);
    }
    match = DATASETS.matcher(path);
    if (match.matches()) {
      return dataset(method, match.group(2), body);
    }
    throw new IOException("unexpected " + exchange.getRequestURI());
  }

  /** Java's own client has no PATCH. */
  private static String effectiveMethod(HttpExchange exchange) {
    String override = exchange.getRequestHeaders().getFirst("X-HTTP-Method-Override");
    return override == null ? exchange.getRequestMethod() : override;
  }

  private Answer dataset(String method, @Nullable String id, byte[] body) throws IOException {
    if (id == null) {
      JsonNode dataset = JSON.readTree(body);
      created.add(dataset);
      String name = dataset.at("/datasetReference/datasetId").asText();
      if (datasets.putIfAbsent(name, dataset.path("location").asText()) != null) {
        return Answer.error(409, "duplicate");
      }
      return Answer.ok(dataset);
    }
    String location = datasets.get(id);
    if (location == null) {
      return Answer.error(404, "notFound");
    }
    if (method.equals("PATCH")) {
      updates.add(JSON.readTree(body));
    }
    if (method.equals("DELETE")) {
      datasets.remove(id);
      return new Answer(204, "", Map.of());
    }
    ObjectNode dataset = JSON.createObjectNode().put("location", location);
    dataset.putObject("datasetReference").put("projectId", "demo").put("datasetId", id);
    dataset.putObject("labels");
    datasetLabels
        .getOrDefault(id, Map.of())
        .forEach((key, value) -> ((ObjectNode) dataset.path("labels")).put(key, value));
    return Answer.ok(dataset);
  }

  private Answer table(String method, String dataset, @Nullable String id, byte[] body)
      throws IOException {
    if (id == null) {
      ObjectNode table = (ObjectNode) JSON.readTree(body);
      createdTables.add(table.deepCopy());
      table.put("type", "TABLE");
      String name = table.at("/tableReference/tableId").asText();
      return tables.putIfAbsent(name, table) == null
          ? Answer.ok(table)
          : Answer.error(409, "duplicate");
    }
    ObjectNode table = tables.get(id);
    if (table == null || !datasets.containsKey(dataset)) {
      return Answer.error(404, "notFound");
    }
    if (method.equals("DELETE")) {
      tables.remove(id);
      return new Answer(204, "", Map.of());
    }
    if (method.equals("PATCH")) {
      updates.add(JSON.readTree(body));
    }
    return Answer.ok(table);
  }

  private @Nullable Answer jobs(@Nullable String id, boolean isCancelling, byte[] body)
      throws IOException {
    if (id == null) {
      return insert((ObjectNode) JSON.readTree(body));
    }
    if (isCancelling) {
      cancelled.add(id);
      return Answer.ok(JSON.createObjectNode().set("job", job(id)));
    }
    ObjectNode job = job(id);
    return job == null ? Answer.error(404, "notFound") : Answer.ok(job);
  }

  private @Nullable Answer insert(ObjectNode job) {
    if (refusal != 0) {
      return Answer.error(refusal, refusal == 403 ? "accessDenied" : "invalidQuery");
    }
    if (job.at("/configuration/dryRun").asBoolean()) {
      dryRuns.add(job.deepCopy());
      ObjectNode query = job.putObject("statistics").putObject("query");
      query.put("totalBytesProcessed", Long.toString(estimate));
      ArrayNode referenced = query.putArray("referencedTables");
      for (int i = 0; i < referencedTables; i++) {
        referenced.addObject().put("projectId", "demo").put("datasetId", "d").put("tableId", "t");
      }
      job.putObject("status").put("state", "DONE");
      return Answer.ok(job);
    }
    if (jobs.containsKey(job.at("/jobReference/jobId").asText())) {
      return Answer.error(409, "duplicate");
    }
    inserted.add(job.deepCopy());
    start(job, pollsUntilDone);
    return lostAnswers.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? null : Answer.ok(job);
  }

  private void start(ObjectNode job, int polls) {
    job.putObject("status").put("state", "RUNNING");
    job.put("polls", polls);
    if (job.path("configuration").path("query") instanceof ObjectNode query
        && !query.has("destinationTable")) {
      query
          .putObject("destinationTable")
          .put("projectId", "demo")
          .put("datasetId", RESULTS)
          .put("tableId", "anonymous");
    }
    jobs.put(job.at("/jobReference/jobId").asText(), job);
    if (polls < 0) {
      end(job);
    }
  }

  /**
   * A session of a resumable upload: POST of the job gives its address, PUTs of ranges the bytes.
   *
   * @see <a href="https://cloud.google.com/bigquery/docs/reference/api-uploads">API uploads</a>
   */
  private Answer upload(HttpExchange exchange, String method, byte[] body) throws IOException {
    if (method.equals("POST")) {
      ObjectNode job = (ObjectNode) JSON.readTree(body);
      if (jobs.containsKey(job.at("/jobReference/jobId").asText())) {
        return Answer.error(409, "duplicate");
      }
      String id = "session" + uploads.size();
      uploads.put(id, new Upload(job, new ByteArrayOutputStream()));
      String address = endpoint() + exchange.getRequestURI() + "&upload_id=" + id;
      return new Answer(200, "", Map.of("Location", address));
    }
    String query = exchange.getRequestURI().getQuery();
    Upload upload = uploads.get(query.substring(query.lastIndexOf('=') + 1));
    Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Content-Range"));
    if (upload == null || !range.matches()) {
      return Answer.error(404, "notFound");
    }
    String id = upload.job().at("/jobReference/jobId").asText();
    boolean isLast = !range.group(3).equals("*");
    if (!jobs.containsKey(id)) {
      if (Long.parseLong(range.group(1)) != upload.bytes().size()) {
        return Answer.error(400, "invalid");
      }
      upload.bytes().write(body);
      if (!isLast) {
        return new Answer(RESUME_INCOMPLETE, "", Map.of("Range", "bytes=0-" + range.group(2)));
      }
      inserted.add(upload.job().deepCopy());
      uploaded.add(upload.bytes().toString(StandardCharsets.UTF_8));
      start(upload.job(), pollsUntilDone);
    }
    return Answer.ok(upload.job());
  }

  private Answer queryResults(String id) throws IOException {
    if (!jobs.containsKey(id)) {
      return Answer.error(404, "notFound");
    }
    ObjectNode answer = JSON.createObjectNode().put("jobComplete", true);
    answer.putObject("schema").set("fields", JSON.readTree(columns));
    answer.put("totalRows", Long.toString(rowCount));
    return Answer.ok(answer);
  }

  private Answer page(HttpExchange exchange) {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    long from = parameter(query, "pageToken", 0);
    long end = Math.min(rowCount, from + parameter(query, "maxResults", LARGEST_PAGE));
    StringBuilder text = new StringBuilder("{\"totalRows\":\"").append(rowCount).append('"');
    if (end < rowCount) {
      text.append(",\"pageToken\":\"").append(end).append('"');
    }
    text.append(",\"rows\":[");
    for (long i = from; i < end; i++) {
      text.append(i == from ? "" : ",").append(rows.apply(i));
    }
    return new Answer(200, text.append("]}").toString(), Map.of());
  }

  private static long parameter(String query, String name, long byDefault) {
    Matcher match = Pattern.compile("(?:^|&)" + name + "=(\\d+)").matcher(query);
    return match.find() ? Long.parseLong(match.group(1)) : byDefault;
  }

  /** The job, one poll nearer to its end. */
  private @Nullable ObjectNode job(String id) {
    ObjectNode job = jobs.get(id);
    if (job == null) {
      return null;
    }
    int polls = job.path("polls").asInt();
    job.put("polls", polls - 1);
    if (polls == 0 && !cancelled.contains(id)) {
      end(job);
    }
    return job;
  }

  private void end(ObjectNode job) {
    ObjectNode status = job.putObject("status").put("state", "DONE");
    if (failure != null) {
      status
          .putObject("errorResult")
          .put("reason", failureReason)
          .put("location", "query")
          .put("message", failure);
      ArrayNode errors = status.putArray("errors");
      errors.addObject().put("reason", failureReason).put("message", failure);
      for (String detail : failureDetails) {
        errors
            .addObject()
            .put("reason", "invalid")
            .put("location", "gs://b/ports.csv")
            .put("message", detail);
      }
    }
    ObjectNode statistics = job.putObject("statistics").put("totalSlotMs", "12");
    if (job.path("configuration").has("load")) {
      statistics.putObject("load").put("outputRows", "3").put("inputFileBytes", "99");
    } else {
      statistics.putObject("query").put("totalBytesProcessed", "34").put("totalBytesBilled", "56");
    }
  }

  private static JsonNode error(int code, String reason) {
    ObjectNode answer = JSON.createObjectNode();
    ObjectNode error =
        answer.putObject("error").put("code", code).put("message", "planned " + reason);
    error.putArray("errors").addObject().put("reason", reason).put("message", "planned " + reason);
    return answer;
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    if (!zipped || bytes.length == 0) {
      return bytes;
    }
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return plain.readAllBytes();
    }
  }
}
