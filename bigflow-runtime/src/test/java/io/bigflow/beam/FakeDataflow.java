// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of Dataflow's REST API v1b3, as far as its documentation tells what they do: names are
 * unique among jobs that have not ended, {@code replaceJobId} replaces a job, {@code
 * requestedState} drains and cancels. What a list tells of a job lacks its labels. A job ends as
 * the test says, at the first look or later. A template starts a job, if it is one of those that
 * the test names; what Dataflow answers when there is none is not documented, here it is 404.
 */
final class FakeDataflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern JOBS =
      Pattern.compile(
          "/v1b3/projects/([^/]+)/locations/([^/]+)/jobs(/([^/]+))?(/messages|/metrics)?");

  private static final Pattern TEMPLATES =
      Pattern.compile("/v1b3/projects/[^/]+/locations/[^/]+/(templates|flexTemplates):launch");

  /** What was asked for, with the token of who asked. */
  record Request(String method, String path, JsonNode body, @Nullable String token) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, ObjectNode> jobs = new LinkedHashMap<>();
  private final List<Request> requests = new ArrayList<>();
  private final Set<String> templates = new HashSet<>();
  private String endOfNewJobs = "JOB_STATE_DONE";
  private boolean compatible = true;
  private int refusal;
  private int refusalOfNewJobs;
  private int most;

  FakeDataflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  static JsonNode json(String text) throws IOException {
    return JSON.readTree(text);
  }

  /** The state that a job is in from its first look on. */
  synchronized FakeDataflow newJobsBecome(String state) {
    endOfNewJobs = state;
    return this;
  }

  /** An update makes a job that fails, as one of a pipeline with another graph does. */
  synchronized FakeDataflow refuseUpdates() {
    compatible = false;
    return this;
  }

  synchronized FakeDataflow refuseAllWith(int status) {
    refusal = status;
    return this;
  }

  synchronized FakeDataflow refuseNewJobsWith(int status) {
    refusalOfNewJobs = status;
    return this;
  }

  /** There is a template of that name. */
  synchronized FakeDataflow template(String file) {
    templates.add(file);
    return this;
  }

  /** A job that is there. */
  synchronized String add(String name, String state, Map<String, String> labels) {
    ObjectNode job = JSON.createObjectNode();
    job.put("name", name);
    job.set("labels", JSON.valueToTree(labels));
    return create(job, state);
  }

  synchronized void become(String id, String state) {
    job(id).put("currentState", state);
  }

  synchronized String state(String id) {
    return job(id).path("currentState").asText();
  }

  synchronized List<ObjectNode> jobs() {
    return List.copyOf(jobs.values());
  }

  synchronized List<Request> requests(String method) {
    return requests.stream().filter(request -> request.method().equals(method)).toList();
  }

  /** The most jobs of one name that took input at the same time. */
  synchronized int mostAtOnce() {
    return most;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private ObjectNode job(String id) {
    ObjectNode job = jobs.get(id);
    if (job == null) {
      throw new IllegalStateException("No job " + id);
    }
    return job;
  }

  private String create(ObjectNode job, String state) {
    String id = "2026-11-22_00_00_0" + jobs.size() + "-" + (1000 + jobs.size());
    job.put("id", id);
    job.put("projectId", "my-project");
    job.put("location", "europe-west1");
    job.put("currentState", state);
    jobs.put(id, job);
    most =
        Math.max(
            most,
            (int)
                jobs.values().stream()
                    .filter(other -> other.path("name").equals(job.path("name")))
                    .filter(FakeDataflow::takesInput)
                    .count());
    return id;
  }

  private static boolean takesInput(JsonNode job) {
    return List.of("JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_QUEUED")
        .contains(job.path("currentState").asText());
  }

  private static boolean isActive(JsonNode job) {
    return takesInput(job)
        || List.of("JOB_STATE_DRAINING", "JOB_STATE_CANCELLING")
            .contains(job.path("currentState").asText());
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode body = body(exchange);
      String path = exchange.getRequestURI().getPath();
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              body,
              exchange.getRequestHeaders().getFirst("Authorization")));
      Matcher jobsPath = JOBS.matcher(path);
      Matcher templatePath = TEMPLATES.matcher(path);
      if (refusal != 0) {
        respond(exchange, refusal, error(refusal, "The caller does not have permission"));
      } else if (templatePath.matches()) {
        if (templatePath.group(1).equals("flexTemplates")) {
          JsonNode launch = body.path("launchParameter");
          launch(exchange, launch.path("containerSpecGcsPath").asText(), launch);
        } else {
          launch(
              exchange,
              exchange.getRequestURI().getQuery().replaceFirst("(^|.*&)gcsPath=([^&]*).*", "$2"),
              body);
        }
      } else if (!jobsPath.matches()) {
        respond(exchange, 404, error(404, "No such path: " + path));
      } else if (jobsPath.group(5) != null) {
        respond(exchange, 200, JSON.createObjectNode());
      } else if (jobsPath.group(4) == null) {
        if (exchange.getRequestMethod().equals("POST")) {
          insert(exchange, (ObjectNode) body);
        } else {
          list(exchange);
        }
      } else {
        one(exchange, jobsPath.group(4), body);
      }
    } catch (RuntimeException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private void launch(HttpExchange exchange, String file, JsonNode said) throws IOException {
    if (!templates.contains(file)) {
      respond(exchange, 404, error(404, "No such object: " + file));
      return;
    }
    ObjectNode job = JSON.createObjectNode();
    job.set("name", said.path("jobName"));
    job.set("labels", said.path("environment").path("additionalUserLabels"));
    if (refused(exchange, job)) {
      return;
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.set("job", job(create(job, "JOB_STATE_PENDING")));
    respond(exchange, 200, answer);
  }

  private void insert(HttpExchange exchange, ObjectNode job) throws IOException {
    if (refused(exchange, job)) {
      return;
    }
    boolean update = isUpdate(job);
    @Nullable ObjectNode active = active(job);
    if (update && compatible && active != null) {
      active.put("currentState", "JOB_STATE_UPDATED");
    }
    String id = create(job, update && !compatible ? "JOB_STATE_FAILED" : "JOB_STATE_PENDING");
    respond(exchange, 200, job(id));
  }

  private boolean refused(HttpExchange exchange, ObjectNode job) throws IOException {
    if (refusalOfNewJobs != 0) {
      respond(exchange, refusalOfNewJobs, error(refusalOfNewJobs, "This job is not taken"));
      return true;
    }
    if (active(job) != null && !isUpdate(job)) {
      respond(
          exchange,
          409,
          error(
              409,
              "The workflow could not be created. Causes: (id): There is already an active job named "
                  + job.path("name").asText()
                  + "."));
      return true;
    }
    return false;
  }

  private static boolean isUpdate(JsonNode job) {
    return job.path("replaceJobId").isTextual();
  }

  private @Nullable ObjectNode active(ObjectNode job) {
    return find(other -> other.path("name").equals(job.path("name")) && isActive(other));
  }

  private @Nullable ObjectNode find(Predicate<ObjectNode> wanted) {
    return jobs.values().stream().filter(wanted).findFirst().orElse(null);
  }

  private void list(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    ObjectNode answer = JSON.createObjectNode();
    for (ObjectNode job : jobs.values()) {
      boolean named =
          query == null
              || !query.contains("name=")
              || query.contains("name=" + job.path("name").asText());
      if (named && (isActive(job) || query == null || !query.contains("ACTIVE"))) {
        ObjectNode summary = job.deepCopy();
        summary.remove("labels");
        answer.withArray("jobs").add(summary);
      }
    }
    respond(exchange, 200, answer);
  }

  private void one(HttpExchange exchange, String id, JsonNode body) throws IOException {
    @Nullable ObjectNode job = jobs.get(id);
    if (job == null) {
      respond(exchange, 404, error(404, "No job " + id));
      return;
    }
    if (exchange.getRequestMethod().equals("PUT")) {
      String requested = body.path("requestedState").asText();
      job.put(
          "currentState", requested.equals("JOB_STATE_DRAINED") ? "JOB_STATE_DRAINING" : requested);
    } else if (state(id).equals("JOB_STATE_PENDING")) {
      job.put("currentState", endOfNewJobs);
    } else if (state(id).equals("JOB_STATE_DRAINING")) {
      // Drained at the second look.
      if (job.has("looked")) {
        job.put("currentState", "JOB_STATE_DRAINED");
      }
      job.put("looked", true);
    }
    respond(exchange, 200, job);
  }

  private static JsonNode body(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream raw = exchange.getRequestBody();
        InputStream in = zipped ? new GZIPInputStream(raw) : raw) {
      byte[] bytes = in.readAllBytes();
      return bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
    }
  }

  private static JsonNode error(int status, String message) {
    ObjectNode error = JSON.createObjectNode();
    error.putObject("error").put("code", status).put("message", message).put("status", "ERROR");
    return error;
  }

  private static void respond(HttpExchange exchange, int status, JsonNode body) throws IOException {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
