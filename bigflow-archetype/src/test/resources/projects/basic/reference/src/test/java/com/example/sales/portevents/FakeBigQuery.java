package com.example.sales.portevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Answers what the pipeline asks BigQuery, on this machine: the tables {@code arrivals} and {@code
 * berths}, each on a page of its own, a view, and streaming inserts. It rejects rows without a
 * {@code ship}, and has trouble with the first row whose ship is {@code unlucky}.
 */
final class FakeBigQuery implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TABLES = "/bigquery/v2/projects/a-project/datasets/events/tables";

  private final HttpServer server;

  /** Payloads by insert id, for each table: BigQuery takes a row with a known id for the same. */
  private final Map<String, Map<String, JsonNode>> rows = new ConcurrentHashMap<>();

  private final Map<String, Boolean> hadTrouble = new ConcurrentHashMap<>();

  FakeBigQuery() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(TABLES, this::answer);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  BigQueryOptions options() {
    return PipelineOptionsFactory.fromArgs(
            "--project=a-project",
            "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
            "--bigQueryEndpoint=http://127.0.0.1:" + server.getAddress().getPort() + "/")
        .as(BigQueryOptions.class);
  }

  /** The ships in a table by the insert ids of their rows. */
  Map<String, String> ships(String table) {
    Map<String, String> ships = new ConcurrentHashMap<>();
    rows.getOrDefault(table, Map.of())
        .forEach((id, row) -> ships.put(id, row.path("ship").asText()));
    return ships;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(TABLES.length());
      Object answer;
      if (path.isEmpty()) {
        answer = page(String.valueOf(exchange.getRequestURI().getQuery()));
      } else if (path.endsWith("/insertAll")) {
        answer = insert(path.split("/")[1], body(exchange));
      } else {
        answer = table(path.substring(1), "TABLE");
      }
      byte[] bytes = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static JsonNode body(HttpExchange exchange) throws IOException {
    InputStream body = exchange.getRequestBody();
    boolean isPacked = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    return JSON.readTree(isPacked ? new GZIPInputStream(body) : body);
  }

  private static Map<String, Object> page(String query) {
    return query.contains("pageToken=second")
        ? Map.of("tables", List.of(table("berths", "TABLE")))
        : Map.of(
            "tables",
            List.of(table("arrivals", "TABLE"), table("everything", "VIEW")),
            "nextPageToken",
            "second");
  }

  private static Map<String, Object> table(String name, String type) {
    return Map.of(
        "type", type,
        "tableReference", Map.of("tableId", name),
        "schema", Map.of("fields", List.of(Map.of("name", "ship", "type", "STRING"))));
  }

  private Map<String, Object> insert(String table, JsonNode request) {
    List<Object> errors = new ArrayList<>();
    int index = 0;
    for (JsonNode row : request.path("rows")) {
      String id = row.path("insertId").asText();
      String ship = row.path("json").path("ship").asText();
      if (ship.isEmpty()) {
        errors.add(error(index, "invalid", "No ship."));
      } else if (ship.equals("unlucky") && hadTrouble.put(id, true) == null) {
        errors.add(error(index, "backendError", "Try again."));
      } else {
        rows.computeIfAbsent(table, unknown -> new ConcurrentHashMap<>())
            .putIfAbsent(id, row.path("json"));
      }
      index++;
    }
    return Map.of("insertErrors", errors);
  }

  private static Map<String, Object> error(int index, String reason, String message) {
    return Map.of("index", index, "errors", List.of(Map.of("reason", reason, "message", message)));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
