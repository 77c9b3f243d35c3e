// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerName;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.problem.BigflowException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What Composer's API is asked, what its answer becomes, and what its refusals say. */
final class GoogleComposerEnvironmentsTest {
  private static final ComposerName NAME = new ComposerName("acme-prod", "europe-west1", "central");
  private static final String TOKEN = "ya29.a-secret-token";

  private final List<String> requests = new ArrayList<>();

  @Test
  void anEnvironmentIsLookedUp() {
    ComposerEnvironment environment =
        answering(
                200,
                """
                {"name": "projects/acme-prod/locations/europe-west1/environments/central",
                 "state": "RUNNING", "somethingNew": {"a": 1},
                 "storageConfig": {"bucket": "b-1"},
                 "config": {"dagGcsPrefix": "gs://b-2/dags", "airflowUri": "https://x.example.com",
                   "softwareConfig": {"imageVersion": "composer-3-airflow-3.3.1-build.2"},
                   "nodeConfig": {"serviceAccount": "pods@acme-prod.iam.gserviceaccount.com"}}}
                """)
            .get(NAME);
    assertThat(environment)
        .isEqualTo(
            new ComposerEnvironment(
                NAME,
                "RUNNING",
                "b-1",
                "https://x.example.com",
                "composer-3-airflow-3.3.1-build.2",
                "pods@acme-prod.iam.gserviceaccount.com"));
    assertThat(requests)
        .singleElement()
        .asString()
        .startsWith(
            "GET https://composer.googleapis.com:443/v1/projects/acme-prod/locations/europe-west1"
                + "/environments/central")
        .endsWith(" [Bearer " + TOKEN + "]");
  }

  @Test
  void theBucketOfAnOldEnvironmentIsInItsPrefixAlone() {
    assertThat(
            answering(200, "{\"config\": {\"dagGcsPrefix\": \"gs://b-2/dags\"}}")
                .get(NAME)
                .bucket())
        .isEqualTo("b-2");
  }

  @Test
  void refusalsSayWhatToDo() {
    assertRefusal(
        404,
        error(404, "NOT_FOUND", "not found"),
        """
        Cannot look up the Composer environment central (project acme-prod, europe-west1): there is no such environment (404).
          where: bigflow.composer.environment
          fix:   See which there are with: gcloud composer environments list --project=acme-prod --locations=europe-west1.
          more:  docs/troubleshooting.md#composer-environment""");
    assertRefusal(
        403,
        error(403, "PERMISSION_DENIED", "denied"),
        """
        Cannot look up the Composer environment central (project acme-prod, europe-west1): access is denied for 'ci@acme-prod.iam.gserviceaccount.com' (403).
          where: credentials: key of ci
          fix:   Let an owner of the project run: gcloud projects add-iam-policy-binding acme-prod --member=serviceAccount:ci@acme-prod.iam.gserviceaccount.com --role=roles/composer.user.
          more:  docs/troubleshooting.md#composer-environment""");
    assertRefusal(
        403,
        """
        {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "not used before",
          "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED", "domain": "googleapis.com"}]}}
        """,
        """
        Cannot look up the Composer environment central (project acme-prod, europe-west1): the Composer API is not enabled in the project (403).
          where: bigflow.composer.environment
          fix:   Let an owner of the project run: gcloud services enable composer.googleapis.com --project=acme-prod.
          more:  docs/troubleshooting.md#composer-environment""");
    assertRefusal(
        401,
        error(401, "UNAUTHENTICATED", "bad token " + TOKEN),
        """
        Cannot look up the Composer environment central (project acme-prod, europe-west1): Composer does not accept the key of ci (401).
          where: credentials: key of ci
          fix:   Make a new key.
          more:  docs/troubleshooting.md#no-credentials""");
    assertRefusal(
        400,
        error(400, "INVALID_ARGUMENT", "odd " + TOKEN),
        """
        Cannot look up the Composer environment central (project acme-prod, europe-west1): its API cannot be reached or fails (INVALID_ARGUMENT).
          where: https://composer.googleapis.com
          fix:   Check the network and the proxy and try again, or name the bucket itself: bigflow.dagsBucket=gs://BUCKET.
          more:  docs/troubleshooting.md#composer-environment""");
  }

  private void assertRefusal(int status, String body, String text) {
    assertThatThrownBy(() -> answering(status, body).get(NAME))
        .isInstanceOf(BigflowException.class)
        .hasMessage(text)
        .hasNoCause();
  }

  private static String error(int code, String status, String message) {
    return "{\"error\": {\"code\": %d, \"status\": \"%s\", \"message\": \"%s\"}}"
        .formatted(code, status, message);
  }

  private GoogleComposerEnvironments answering(int status, String body) {
    return new GoogleComposerEnvironments(
        new KeyOfCi(),
        new MockHttpTransport() {
          @Override
          public LowLevelHttpRequest buildRequest(String method, String url) {
            return new MockLowLevelHttpRequest(url) {
              @Override
              public LowLevelHttpResponse execute() {
                requests.add(method + " " + url + " " + getHeaderValues("authorization"));
                return new MockLowLevelHttpResponse()
                    .setStatusCode(status)
                    .setContentType("application/json")
                    .setContent(body);
              }
            };
          }
        });
  }

  private static final class KeyOfCi implements CredentialSource {
    @Override
    public String name() {
      return "key of ci";
    }

    @Override
    public GoogleCredentials get() {
      return new Renewed();
    }

    @Override
    public Optional<String> member() {
      return Optional.of("serviceAccount:ci@acme-prod.iam.gserviceaccount.com");
    }

    @Override
    public String advice() {
      return "Make a new key.";
    }
  }

  /** Asks for a new token when one is refused, as all that is not for tests does. */
  private static final class Renewed extends GoogleCredentials {
    private static final long serialVersionUID = 1L;

    @Override
    public AccessToken refreshAccessToken() {
      return new AccessToken(TOKEN, Date.from(Instant.now().plusSeconds(3600)));
    }
  }
}
