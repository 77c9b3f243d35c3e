// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpCredentialsAdapter;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.GoogleHosts;
import io.bigflow.doctor.Cloud;
import io.bigflow.doctor.RepositoryName;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
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

  // Two regions each: https://cloud.google.com/storage/docs/locations#predefined
  private static final Map<String, Set<String>> DUAL_REGIONS =
      Map.of(
          "asia1", Set.of("asia-northeast1", "asia-northeast2"),
          "eur4", Set.of("europe-north1", "europe-west4"),
          "nam4", Set.of("us-central1", "us-east1"));

  // Otherwise a grant under a condition is told without it, as another role:
  // https://cloud.google.com/iam/docs/policies#versions
  private static final Map<String, ?> WITH_CONDITIONS =
      Map.of("options", Map.of("requestedPolicyVersion", 3));

  private final CredentialSource credentials;
  private final HttpTransport transport;

  /** The APIs, asked as somebody. */
  public GoogleCloud(CredentialSource credentials) {
    this(credentials, new NetHttpTransport());
  }

  GoogleCloud(CredentialSource credentials, HttpTransport transport) {
    this.credentials = credentials;
    this.transport = transport;
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

  // https://cloud.google.com/storage/docs/json_api/v1/buckets
  @Override
  public Answer<Bucket> bucket(String name) {
    return get(
        "https://storage.googleapis.com/storage/v1/b/"
            + encode(name)
            + "?fields="
            + encode(
                "location,locationType,customPlacementConfig(dataLocations),projectNumber,"
                    + "iamConfiguration(uniformBucketLevelAccess(enabled))"),
        answer -> {
          String location = lower(answer.path("location").asText());
          Set<String> chosen = new TreeSet<>();
          answer
              .path("customPlacementConfig")
              .path("dataLocations")
              .forEach(region -> chosen.add(lower(region.asText())));
          LocationKind kind =
              switch (answer.path("locationType").asText()) {
                case "multi-region" -> LocationKind.MULTI_REGION;
                case "dual-region" -> LocationKind.DUAL_REGION;
                default -> LocationKind.REGION;
              };
          return new Bucket(
              location,
              kind,
              switch (kind) {
                case MULTI_REGION -> Set.of();
                case DUAL_REGION ->
                    chosen.isEmpty() ? DUAL_REGIONS.getOrDefault(location, Set.of()) : chosen;
                case REGION -> Set.of(location);
              },
              answer.path("projectNumber").asText(),
              answer
                  .path("iamConfiguration")
                  .path("uniformBucketLevelAccess")
                  .path("enabled")
                  .asBoolean());
        });
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  // https://cloud.google.com/storage/docs/json_api/v1/buckets/getIamPolicy
  @Override
  public Answer<Map<String, Set<String>>> bucketRoles(String name) {
    return get(
        "https://storage.googleapis.com/storage/v1/b/"
            + encode(name)
            + "/iam?optionsRequestedPolicyVersion=3",
        GoogleCloud::roles);
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
        "https://artifactregistry.googleapis.com/v1/"
            + repository.resource()
            + ":getIamPolicy?options.requestedPolicyVersion=3",
        GoogleCloud::roles);
  }

  // https://cloud.google.com/resource-manager/reference/rest/v1/projects/getIamPolicy
  @Override
  public Answer<Map<String, Set<String>>> projectRoles(String project) {
    return post(
        "https://cloudresourcemanager.googleapis.com/v1/projects/"
            + encode(project)
            + ":getIamPolicy",
        WITH_CONDITIONS,
        GoogleCloud::roles);
  }

  // https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/getIamPolicy
  @Override
  public Answer<Map<String, Set<String>>> serviceAccountRoles(String email) {
    return post(
        "https://iam.googleapis.com/v1/projects/-/serviceAccounts/"
            + encode(email)
            + ":getIamPolicy",
        WITH_CONDITIONS,
        GoogleCloud::roles);
  }

  // https://cloud.google.com/docs/authentication/token-types#access-contents; the token is in a
  // header, because addresses are logged by whoever stands between.
  @Override
  public Answer<String> tokenEmail() {
    String token = credentials.accessToken();
    Answer<String> answer =
        request(
            "POST",
            "https://oauth2.googleapis.com/tokeninfo",
            new ByteArrayContent("application/x-www-form-urlencoded", new byte[0]),
            request -> request.setHeaders(new HttpHeaders().setAuthorization("Bearer " + token)),
            body -> body.path("email").asText());
    return answer.value().filter(String::isEmpty).isPresent()
        ? Answer.refused(200, "no e-mail address")
        : answer;
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
    return request(method, url, content, new HttpCredentialsAdapter(credentials.get()), reader);
  }

  private <T> Answer<T> request(
      String method,
      String url,
      @Nullable HttpContent content,
      HttpRequestInitializer authorization,
      Function<JsonNode, T> reader) {
    if (!GoogleHosts.isApi(url)) {
      throw new IllegalArgumentException("no address of Google");
    }
    try {
      HttpRequest request =
          transport
              .createRequestFactory(authorization)
              .buildRequest(method, new GenericUrl(url), content)
              .setConnectTimeout(TIMEOUT_MILLIS)
              .setReadTimeout(TIMEOUT_MILLIS)
              .setLoggingEnabled(false)
              // A redirect would take the token elsewhere.
              .setFollowRedirects(false)
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
