// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A bucket as somebody else sees it: over the JSON API, without any of the product's code and
 * around whatever stands between the product and the server.
 */
final class RestBucket {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI gcs;
  private final String name;

  /** What the service tells of an object. */
  record Stored(String md5, String generation, String contentType, Map<String, String> metadata) {}

  RestBucket(URI gcs, String name) {
    this.gcs = gcs;
    this.name = name;
  }

  /** Makes the bucket. */
  RestBucket create() {
    return create(JSON.createObjectNode());
  }

  /** Makes the bucket with settings of its resource, for example {@code versioning}. */
  RestBucket create(ObjectNode settings) {
    ObjectNode resource = settings.deepCopy().put("name", name);
    send("POST", "/storage/v1/b?project=test", "application/json", resource.toString());
    return this;
  }

  /** The bucket's name. */
  String name() {
    return name;
  }

  /** Writes an object, whatever is there. */
  void put(String path, String text, Map<String, String> metadata) {
    ObjectNode resource =
        JSON.createObjectNode().put("name", path).put("contentType", "text/plain");
    ObjectNode labels = resource.putObject("metadata");
    metadata.forEach(labels::put);
    String line = "--part-of-upload";
    String body =
        String.join(
            "\r\n",
            line,
            "Content-Type: application/json; charset=UTF-8",
            "",
            resource.toString(),
            line,
            "Content-Type: text/plain",
            "",
            text,
            line + "--",
            "");
    send(
        "POST",
        "/upload/storage/v1/b/" + name + "/o?uploadType=multipart",
        "multipart/related; boundary=part-of-upload",
        body);
  }

  /** Everything below a prefix, by name. */
  SortedMap<String, Stored> list(String prefix) {
    SortedMap<String, Stored> found = new TreeMap<>();
    String page = "";
    do {
      JsonNode answer =
          json(send("GET", objects() + "?prefix=" + encode(prefix) + page, "", "").orElseThrow());
      for (JsonNode item : answer.path("items")) {
        Map<String, String> metadata = new TreeMap<>();
        item.path("metadata")
            .properties()
            .forEach(label -> metadata.put(label.getKey(), label.getValue().asText()));
        found.put(
            item.path("name").asText(),
            new Stored(
                item.path("md5Hash").asText(),
                item.path("generation").asText(),
                item.path("contentType").asText(),
                metadata));
      }
      String next = answer.path("nextPageToken").asText("");
      page = next.isEmpty() ? "" : "&pageToken=" + encode(next);
    } while (!page.isEmpty());
    return found;
  }

  /** How many generations of an object the bucket keeps, the one in force included. */
  int countVersions(String path) {
    String target = objects() + "?versions=true&prefix=" + encode(path);
    return json(send("GET", target, "", "").orElseThrow()).path("items").size();
  }

  /** The text of an object, if it is there. */
  Optional<String> read(String path) {
    return send("GET", objects() + "/" + encode(path) + "?alt=media", "", "");
  }

  /** Removes an object, which must be there. */
  void remove(String path) {
    send("DELETE", objects() + "/" + encode(path), "", "");
  }

  private String objects() {
    return "/storage/v1/b/" + name + "/o";
  }

  private Optional<String> send(String method, String target, String contentType, String body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(gcs + target))
              .method(
                  method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
      if (!contentType.isEmpty()) {
        request.header("Content-Type", contentType);
      }
      HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
      if (method.equals("GET") && answer.statusCode() == 404) {
        return Optional.empty();
      }
      assertThat(answer.statusCode())
          .as(method + " " + target + ": " + answer.body())
          .isBetween(200, 204);
      return Optional.of(answer.body());
    } catch (IOException e) {
      throw new AssertionError(method + " " + target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
