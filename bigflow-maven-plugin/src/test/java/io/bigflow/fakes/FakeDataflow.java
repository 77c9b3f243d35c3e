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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Dataflow's API in this process, as far as it tells of jobs: lists by name with pages of one, and
 * without labels as those of Dataflow are, and single jobs. A test says which jobs there are;
 * besides, a classic template can be started, whose job is done at once.
 */
public final class FakeDataflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PATH =
      Pattern.compile("/v1b3/projects/([^/]+)/locations/([^/]+)/jobs(/[^/]+)?(/messages)?");
  private static final Pattern LAUNCH =
      Pattern.compile("/v1b3/projects/([^/]+)/locations/([^/]+)/templates:launch");
  private static final Set<String> ENDED =
      Set.of(
          "JOB_STATE_DONE",
          "JOB_STATE_FAILED",
          "JOB_STATE_CANCELLED",
          "JOB_STATE_UPDATED",
          "JOB_STATE_DRAINED");

  private final HttpServer server;
  private final List<Job> jobs = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<JsonNode> launches = new CopyOnWriteArrayList<>();
  private volatile int refusal;
  private volatile String refusalBody = "";

  private record Job(String project, String region, String id, ObjectNode json) {}

  private FakeDataflow() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Starts a Dataflow without jobs that lets everybody in. */
  public static FakeDataflow start() {
    try {
      return new FakeDataflow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * There is a job, in project {@code my-project} and region {@code europe-west1}.
   *
   * @param state without {@code JOB_STATE_}
   * @param time when it was made, and came into its state
   */
  public FakeDataflow job(
      String name, String id, String state, String time, Map<String, String> labels) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("id", id)
            .put("name", name)
            .put("createTime", time)
            .put("currentState", "JOB_STATE_" + state)
            .put("currentStateTime", time);
    labels.forEach(json.putObject("labels")::put);
    jobs.removeIf(job -> job.id.equals(id));
    jobs.add(new Job("my-project", "europe-west1", id, json));
    return this;
  }

  /** From now on every request is refused. */
  public FakeDataflow refusing(int status, String body) {
    refusal = status;
    refusalBody = body;
    return this;
  }

  /** The paths with queries that were asked for. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** What was said of the templates that were started, with {@code gcsPath}, the template. */
  public List<JsonNode> launches() {
    return List.copyOf(launches);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + (exchange.getRequestHeaders().containsKey("Authorization") ? " authorized" : ""));
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    Matcher launch = LAUNCH.matcher(exchange.getRequestURI().getPath());
    if (refusal > 0) {
      send(exchange, refusal, refusalBody);
    } else if (launch.matches()) {
      send(exchange, 200, launch(exchange, launch).toString());
    } else if (!path.matches()) {
      send(exchange, 404, "{}");
    } else if (path.group(4) != null) {
      send(exchange, 200, "{}");
    } else if (path.group(3) != null) {
      String body = "";
      for (Job job : jobs) {
        body = path.group(3).equals("/" + job.id) ? job.json.toString() : body;
      }
      send(exchange, body.isEmpty() ? 404 : 200, body);
    } else {
      send(exchange, 200, list(path, exchange.getRequestURI().getRawQuery()).toString());
    }
  }

  private ObjectNode launch(HttpExchange exchange, Matcher path) throws IOException {
    InputStream raw = exchange.getRequestBody();
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    ObjectNode said = (ObjectNode) JSON.readTree(zipped ? new GZIPInputStream(raw) : raw);
    said.put("gcsPath", query(exchange.getRequestURI().getRawQuery()).get("gcsPath"));
    launches.add(said);
    ObjectNode job =
        JSON.createObjectNode()
            .put("id", "launched-" + launches.size())
            .put("name", said.path("jobName").asText())
            .put("currentState", "JOB_STATE_DONE");
    jobs.add(new Job(path.group(1), path.group(2), job.path("id").asText(), job));
    ObjectNode answer = JSON.createObjectNode();
    answer.set("job", job);
    return answer;
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
    }
    return query;
  }

  private ObjectNode list(Matcher path, String rawQuery) {
    Map<String, String> query = query(rawQuery);
    List<Job> found = new ArrayList<>();
    for (Job job : jobs) {
      boolean ended = ENDED.contains(job.json.path("currentState").asText());
      if (job.project.equals(path.group(1))
          && job.region.equals(path.group(2))
          && job.json.path("name").asText().equals(query.get("name"))
          && ended == "TERMINATED".equals(query.get("filter"))) {
        found.add(job);
      }
    }
    int page = Integer.parseInt(query.getOrDefault("pageToken", "0"));
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode shown = answer.putArray("jobs");
    if (page < found.size()) {
      ObjectNode job = found.get(page).json.deepCopy();
      job.remove("labels");
      shown.add(job);
    }
    if (page + 1 < found.size()) {
      answer.put("nextPageToken", String.valueOf(page + 1));
    }
    return answer;
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
