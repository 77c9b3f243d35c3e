// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpCredentialsAdapter;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.TokenFailure;
import io.bigflow.dataflow.DataflowJob;
import io.bigflow.dataflow.DataflowJobs;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Dataflow's REST API; all requests only read.
 *
 * @see <a
 *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.jobs">the
 *     API</a>
 */
public final class GoogleDataflow implements DataflowJobs {

  private static final String SERVICE = "dataflow.googleapis.com";
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int MOST_PAGES = 50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI endpoint;
  private final CredentialSource credentials;
  private final HttpTransport transport;

  /**
   * Dataflow, or what stands for it.
   *
   * @param endpoint the value of {@code bigflow.dataflow.endpoint}; null = Google's
   * @param credentials sent over TLS alone, to Google or to this machine
   */
  public GoogleDataflow(@Nullable String endpoint, CredentialSource credentials) {
    this(endpoint, credentials, new NetHttpTransport());
  }

  GoogleDataflow(@Nullable String endpoint, CredentialSource credentials, HttpTransport transport) {
    this.endpoint =
        ServiceAddress.parse(
            endpoint == null ? "https://" + SERVICE : endpoint.strip(),
            "bigflow.dataflow.endpoint",
            "Dataflow",
            "http://127.0.0.1:8080");
    this.credentials = credentials;
    this.transport = transport;
  }

  @Override
  public Optional<DataflowJob> find(DataflowPlace place, String name) {
    Optional<String> id = last(place, name, "ACTIVE").or(() -> last(place, name, "TERMINATED"));
    // What a list tells of a job lacks its labels.
    return id.flatMap(one -> get(place, jobs(place) + "/" + one + "?view=JOB_VIEW_DESCRIPTION"))
        .map(job -> read(place, job));
  }

  /** The id of the job of a name that was made last. */
  private Optional<String> last(DataflowPlace place, String name, String filter) {
    @Nullable String id = null;
    Instant made = Instant.MIN;
    String token = "";
    for (int page = 0; page < MOST_PAGES; page++) {
      Optional<JsonNode> answer =
          get(
              place,
              jobs(place)
                  + "?name="
                  + encode(name)
                  + "&filter="
                  + filter
                  + (token.isEmpty() ? "" : "&pageToken=" + encode(token)));
      if (answer.isEmpty()) {
        throw BigflowException.of(missing(place));
      }
      for (JsonNode job : answer.get().path("jobs")) {
        @Nullable Instant time = time(job.path("createTime").asText());
        Instant known = time == null ? Instant.MIN : time;
        if (name.equals(job.path("name").asText()) && (id == null || known.isAfter(made))) {
          id = encode(job.path("id").asText());
          made = known;
        }
      }
      token = answer.get().path("nextPageToken").asText();
      if (token.isEmpty()) {
        break;
      }
    }
    return Optional.ofNullable(id);
  }

  private DataflowJob read(DataflowPlace place, JsonNode job) {
    JsonNode labels = job.path("labels");
    String state = job.path("currentState").asText("JOB_STATE_UNKNOWN");
    try {
      return new DataflowJob(
          place,
          job.path("id").asText(),
          state.replaceFirst("^JOB_STATE_", "").replace('_', ' ').toLowerCase(Locale.ROOT),
          time(job.path("currentStateTime").asText()),
          label(labels, "bigflow-image"),
          label(labels, "bigflow-version"));
    } catch (IllegalArgumentException e) {
      throw BigflowException.of(garbage(place));
    }
  }

  private static @Nullable String label(JsonNode labels, String name) {
    return labels.has(name) ? labels.path(name).asText() : null;
  }

  private static @Nullable Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static String jobs(DataflowPlace place) {
    return "/v1b3/projects/"
        + encode(place.project())
        + "/locations/"
        + encode(place.region())
        + "/jobs";
  }

  /** An answer; empty if there is no such thing. */
  private Optional<JsonNode> get(DataflowPlace place, String path) {
    try {
      HttpRequestInitializer authorization =
          ServiceAddress.takesCredentials(endpoint)
              ? new HttpCredentialsAdapter(credentials.get())
              : request -> {};
      HttpRequest request =
          transport
              .createRequestFactory(authorization)
              .buildGetRequest(new GenericUrl(endpoint + path, true))
              .setConnectTimeout(TIMEOUT_MILLIS)
              .setReadTimeout(TIMEOUT_MILLIS)
              .setLoggingEnabled(false)
              // A redirect would take the token elsewhere.
              .setFollowRedirects(false)
              .setThrowExceptionOnExecuteError(false);
      HttpResponse response = request.execute();
      try {
        int status = response.getStatusCode();
        if (status == 404) {
          return Optional.empty();
        }
        String body = response.parseAsString();
        if (!response.isSuccessStatusCode()) {
          throw BigflowException.of(refused(place, status, body));
        }
        JsonNode json = JSON.readTree(body);
        if (json == null || !json.isObject()) {
          throw BigflowException.of(garbage(place));
        }
        return Optional.of(json);
      } finally {
        response.disconnect();
      }
    } catch (TokenFailure e) {
      throw BigflowException.of(e.problem());
    } catch (JsonProcessingException e) {
      throw BigflowException.of(garbage(place));
    } catch (IOException e) {
      // Not as the cause: the library's text may quote what it sent.
      throw BigflowException.of(
          new Problem(
              cannot(place) + "it cannot be reached: " + e.getClass().getSimpleName(),
              endpoint.toString(),
              "Check the network, the proxy, and bigflow.dataflow.endpoint if it is set",
              "google-unreachable"));
    }
  }

  private static String cannot(DataflowPlace place) {
    return "Cannot ask Dataflow in " + place + ": ";
  }

  private Problem missing(DataflowPlace place) {
    return Problem.of(
        cannot(place) + "there is no such project or region (404)",
        endpoint.toString(),
        "Correct beam.project and beam.region in job configuration, and deploy again");
  }

  private Problem garbage(DataflowPlace place) {
    return Problem.of(
        cannot(place) + "what answers is not Dataflow",
        endpoint.toString(),
        "Check the proxy, and bigflow.dataflow.endpoint if it is set");
  }

  private Problem refused(DataflowPlace place, int status, String body) {
    if (status == 403 && body.contains("SERVICE_DISABLED")) {
      return new Problem(
          cannot(place) + "its API is not enabled (403)",
          endpoint.toString(),
          "Let an owner of the project run: gcloud services enable "
              + SERVICE
              + " --project="
              + place.project(),
          "api-disabled");
    }
    return switch (status) {
      case 401 ->
          new Problem(
              cannot(place) + "it does not accept the " + credentials.name() + " (401)",
              "credentials: " + credentials.name(),
              credentials.advice(),
              "no-credentials");
      case 403 ->
          new Problem(
              cannot(place) + "access is denied for " + credentials.account() + " (403)",
              "credentials: " + credentials.name(),
              "Let an owner of the project run: gcloud projects add-iam-policy-binding "
                  + place.project()
                  + " --member="
                  + credentials.grantee()
                  + " --role=roles/dataflow.viewer",
              "dataflow-denied");
      default ->
          Problem.of(
              cannot(place) + "it answers with status " + status,
              endpoint.toString(),
              "Run the same command again later");
    };
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
