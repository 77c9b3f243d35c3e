// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpCredentialsAdapter;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.doctor.Cloud;
import io.bigflow.doctor.RepositoryName;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Google's REST APIs, as far as the checks ask them; all requests only read. */
public final class GoogleCloud implements Cloud {

  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int LONGEST_QUOTE = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CredentialSource credentials;

  /** The APIs, asked as somebody. */
  public GoogleCloud(CredentialSource credentials) {
    this.credentials = credentials;
  }

  // https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet
  @Override
  public Answer<Set<String>> enabledServices(String project, List<String> services) {
    String names =
        services.stream()
            .map(service -> "names=" + encode("projects/" + project + "/services/" + service))
            .collect(Collectors.joining("&"));
    return get(
        "https://serviceusage.googleapis.com/v1/projects/"
            + encode(project)
            + "/services:batchGet?"
            + names,
        answer -> {
          Set<String> enabled = new TreeSet<>();
          for (JsonNode service : answer.path("services")) {
            if (service.path("state").asText().equals("ENABLED")) {
              enabled.add(service.path("name").asText().replaceFirst("^.*/", ""));
            }
          }
          return enabled;
        });
  }

  // https://cloud.google.com/storage/docs/json_api/v1/buckets/testIamPermissions
  @Override
  public Answer<Set<String>> bucketPermissions(String bucket, List<String> permissions) {
    String query =
        permissions.stream()
            .map(permission -> "permissions=" + encode(permission))
            .collect(Collectors.joining("&"));
    return get(
        "https://storage.googleapis.com/storage/v1/b/"
            + encode(bucket)
            + "/iam/testPermissions?"
            + query,
        answer -> texts(answer.path("permissions")));
  }

  // https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories/testIamPermissions
  @Override
  public Answer<Set<String>> repositoryPermissions(
      RepositoryName repository, List<String> permissions) {
    return post(
        "https://artifactregistry.googleapis.com/v1/"
            + repository.resource()
            + ":testIamPermissions",
        Map.of("permissions", permissions),
        answer -> texts(answer.path("permissions")));
  }

  @Override
  public Answer<Map<String, Set<String>>> repositoryRoles(RepositoryName repository) {
    return get(
        "https://artifactregistry.googleapis.com/v1/" + repository.resource() + ":getIamPolicy",
        GoogleCloud::roles);
  }

  // https://cloud.google.com/resource-manager/reference/rest/v1/projects/getIamPolicy
  @Override
  public Answer<Map<String, Set<String>>> projectRoles(String project) {
    return post(
        "https://cloudresourcemanager.googleapis.com/v1/projects/"
            + encode(project)
            + ":getIamPolicy",
        Map.of(),
        GoogleCloud::roles);
  }

  // https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/getIamPolicy
  @Override
  public Answer<Map<String, Set<String>>> serviceAccountRoles(String email) {
    return post(
        "https://iam.googleapis.com/v1/projects/-/serviceAccounts/"
            + encode(email)
            + ":getIamPolicy",
        Map.of(),
        GoogleCloud::roles);
  }

  private static Map<String, Set<String>> roles(JsonNode policy) {
    Map<String, Set<String>> roles = new TreeMap<>();
    for (JsonNode binding : policy.path("bindings")) {
      String role = binding.path("role").asText();
      roles
          .computeIfAbsent(
              binding.path("condition").isMissingNode() ? role : role + CONDITIONAL,
              name -> new TreeSet<>())
          .addAll(texts(binding.path("members")));
    }
    return roles;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  private <T> Answer<T> get(String url, Function<JsonNode, T> reader) {
    return request("GET", url, null, reader);
  }

  private <T> Answer<T> post(String url, Map<String, ?> body, Function<JsonNode, T> reader) {
    try {
      return request(
          "POST",
          url,
          new ByteArrayContent("application/json", JSON.writeValueAsBytes(body)),
          reader);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private <T> Answer<T> request(
      String method, String url, @Nullable HttpContent content, Function<JsonNode, T> reader) {
    try {
      HttpRequest request =
          new NetHttpTransport()
              .createRequestFactory(new HttpCredentialsAdapter(credentials.get()))
              .buildRequest(method, new GenericUrl(url), content)
              .setConnectTimeout(TIMEOUT_MILLIS)
              .setReadTimeout(TIMEOUT_MILLIS)
              .setThrowExceptionOnExecuteError(false);
      HttpResponse response = request.execute();
      try {
        JsonNode body = read(response);
        return response.isSuccessStatusCode()
            ? Answer.of(reader.apply(body))
            : Answer.refused(response.getStatusCode(), said(body));
      } finally {
        response.disconnect();
      }
    } catch (IOException e) {
      // The library's text may quote what it sent.
      return Answer.refused(
          0, new GenericUrl(url).getHost() + " cannot be reached: " + e.getClass().getSimpleName());
    }
  }

  private static JsonNode read(HttpResponse response) throws IOException {
    try {
      return JSON.readTree(response.parseAsString());
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }

  private static String said(JsonNode body) {
    String message = body.path("error").path("message").asText().replaceAll("\\s+", " ").strip();
    return message.length() > LONGEST_QUOTE ? message.substring(0, LONGEST_QUOTE) + "…" : message;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
