// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.UUID;

/**
 * A proxy of toxiproxy's server, which harms TCP connections.
 *
 * @see <a href="https://github.com/Shopify/toxiproxy#http-api">the API</a>
 */
final class Toxiproxy implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Which half of a connection is harmed. */
  enum Direction {
    /** To the server. */
    UPSTREAM,
    /** To the client. */
    DOWNSTREAM
  }

  private final URI api;
  private final String name;
  private final String authority;

  private Toxiproxy(URI api, String name, String authority) {
    this.api = api;
    this.name = name;
    this.authority = authority;
  }

  /**
   * Makes a proxy on a free port.
   *
   * @param api where toxiproxy's server listens for orders
   * @param upstream host and port that connections go to
   */
  static Toxiproxy before(URI api, String upstream) {
    String name = "bigflow-" + UUID.randomUUID();
    JsonNode made =
        send(
            api.resolve("/proxies"),
            "POST",
            JSON.createObjectNode()
                .put("name", name)
                .put("listen", "127.0.0.1:0")
                .put("upstream", upstream)
                .put("enabled", true),
            201);
    return new Toxiproxy(api, name, made.path("listen").asText());
  }

  /** Host and port that stand for the upstream. */
  String authority() {
    return authority;
  }

  /**
   * Harms all connections from now on.
   *
   * @param type for example {@code latency}, {@code bandwidth}, {@code reset_peer}, {@code
   *     limit_data}
   * @param attributes the type's own
   */
  void add(String type, Direction direction, Map<String, Integer> attributes) {
    ObjectNode toxic =
        JSON.createObjectNode()
            .put("name", type)
            .put("type", type)
            .put("stream", direction == Direction.UPSTREAM ? "upstream" : "downstream");
    ObjectNode values = toxic.putObject("attributes");
    attributes.forEach(values::put);
    send(api.resolve("/proxies/" + name + "/toxics"), "POST", toxic, 200);
  }

  /** Ends a harm. */
  void remove(String type) {
    send(
        api.resolve("/proxies/" + name + "/toxics/" + type),
        "DELETE",
        JSON.createObjectNode(),
        204);
  }

  @Override
  public void close() {
    send(api.resolve("/proxies/" + name), "DELETE", JSON.createObjectNode(), 204);
  }

  private static JsonNode send(URI uri, String method, ObjectNode body, int expected) {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(uri)
                  .header("Content-Type", "application/json")
                  .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode())
          .as(method + " " + uri + " " + answer.body())
          .isEqualTo(expected);
      return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
