// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** A registry as whoever pulls from it sees it, around what stands before it. */
final class RestRegistry {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  private final String host;

  RestRegistry(String host) {
    this.host = host;
  }

  /**
   * Whether an image can be pulled: its manifest, its configuration and every layer are there.
   *
   * @param repository without the registry's host
   * @param digest {@code sha256:…}
   */
  boolean has(String repository, String digest) {
    String base = "http://" + host + "/v2/" + repository;
    HttpResponse<String> manifest = send("GET", base + "/manifests/" + digest);
    if (manifest.statusCode() != 200) {
      return false;
    }
    try {
      JsonNode json = new ObjectMapper().readTree(manifest.body());
      List<String> blobs = new ArrayList<>();
      blobs.add(json.path("config").path("digest").asText());
      json.path("layers").forEach(layer -> blobs.add(layer.path("digest").asText()));
      return blobs.size() > 1
          && blobs.stream()
              .allMatch(blob -> send("HEAD", base + "/blobs/" + blob).statusCode() == 200);
    } catch (IOException e) {
      throw new AssertionError(manifest.body(), e);
    }
  }

  private static HttpResponse<String> send(String method, String uri) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(uri))
              .method(method, BodyPublishers.noBody())
              .header("Accept", MANIFEST)
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(method + " " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
