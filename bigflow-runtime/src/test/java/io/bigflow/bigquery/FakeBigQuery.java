// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The few REST calls of BigQuery that the operations make. It runs no SQL: a job ends when it was
 * asked after often enough, with the error that the test has planned.
 */
final class FakeBigQuery implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PATH =
      Pattern.compile("/bigquery/v2/projects/([^/]+)/(datasets|jobs)(?:/([^/]+))?(/cancel)?");

  /** Every request as {@code METHOD path?query}. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What the requests had as {@code Authorization}. */
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** The bodies of inserted jobs, in the order of arrival. */
  final List<JsonNode> inserted = new CopyOnWriteArrayList<>();

  /** The bodies of created datasets. */
  final List<JsonNode> created = new CopyOnWriteArrayList<>();

  final List<String> cancelled = new CopyOnWriteArrayList<>();

  /** Existing datasets with their location. */
  final Map<String, String> datasets = new ConcurrentHashMap<>();

  private final Map<String, ObjectNode> jobs = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** How often a job says that it is running before it is done. */
  volatile int pollsUntilDone = 1;

  volatile @Nullable String failure;
  volatile int refusal;
  final AtomicInteger lostAnswers = new AtomicInteger();

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
    job.putObject("status").put("state", "RUNNING");
    job.put("polls", polls);
    jobs.put(id, job);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** Answers a request, whichever server it came to. */
  void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      authorizations.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
      Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
      if (!path.matches()) {
        throw new IOException("unexpected " + exchange.getRequestURI());
      }
      boolean post = exchange.getRequestMethod().equals("POST");
      String id = path.group(3);
      if (path.group(2).equals("datasets")) {
        dataset(exchange, post, id);
      } else if (path.group(4) != null) {
        cancelled.add(id);
        answer(exchange, 200, JSON.createObjectNode().set("job", job(id)));
      } else if (post) {
        insert(exchange);
      } else {
        ObjectNode job = job(id);
        answer(exchange, job == null ? 404 : 200, job == null ? error(404, "notFound") : job);
      }
    }
  }

  private void dataset(HttpExchange exchange, boolean post, @Nullable String id)
      throws IOException {
    if (post) {
      JsonNode body = body(exchange);
      created.add(body);
      datasets.put(body.at("/datasetReference/datasetId").asText(), body.path("location").asText());
      answer(exchange, 200, body);
      return;
    }
    String location = id == null ? null : datasets.get(id);
    if (location == null) {
      answer(exchange, 404, error(404, "notFound"));
      return;
    }
    ObjectNode dataset = JSON.createObjectNode().put("location", location);
    dataset.putObject("datasetReference").put("projectId", "demo").put("datasetId", id);
    answer(exchange, 200, dataset);
  }

  private void insert(HttpExchange exchange) throws IOException {
    ObjectNode job = (ObjectNode) body(exchange);
    if (refusal != 0) {
      answer(exchange, refusal, error(refusal, refusal == 403 ? "accessDenied" : "invalidQuery"));
      return;
    }
    String id = job.at("/jobReference/jobId").asText();
    if (jobs.containsKey(id)) {
      answer(exchange, 409, error(409, "duplicate"));
      return;
    }
    inserted.add(job.deepCopy());
    job.putObject("status").put("state", "RUNNING");
    job.put("polls", pollsUntilDone);
    jobs.put(id, job);
    if (lostAnswers.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      // Closing the exchange without an answer cuts the connection.
      return;
    }
    answer(exchange, 200, job);
  }

  /** The job, one poll nearer to its end. */
  private @Nullable ObjectNode job(String id) {
    ObjectNode job = jobs.get(id);
    if (job == null) {
      return null;
    }
    int polls = job.path("polls").asInt();
    job.put("polls", polls - 1);
    if (polls <= 0 && !cancelled.contains(id)) {
      ObjectNode status = job.putObject("status").put("state", "DONE");
      if (failure != null) {
        status
            .putObject("errorResult")
            .put("reason", "invalidQuery")
            .put("location", "query")
            .put("message", failure);
      }
      ObjectNode statistics = job.putObject("statistics").put("totalSlotMs", "12");
      statistics.putObject("query").put("totalBytesProcessed", "34").put("totalBytesBilled", "56");
    }
    return job;
  }

  private static JsonNode error(int code, String reason) {
    ObjectNode answer = JSON.createObjectNode();
    ObjectNode error =
        answer.putObject("error").put("code", code).put("message", "planned " + reason);
    error.putArray("errors").addObject().put("reason", reason).put("message", "planned " + reason);
    return answer;
  }

  private static JsonNode body(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream plain =
        zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return JSON.readTree(plain);
    }
  }

  private static void answer(HttpExchange exchange, int code, @Nullable JsonNode body)
      throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
