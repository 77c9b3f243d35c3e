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
import io.bigflow.credentials.CredentialSource;
import io.bigflow.dataflow.DataflowJob;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.fakes.FakeDataflow;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Dataflow is asked, what its answers become, and what its refusals say. */
final class GoogleDataflowTest {
  private static final DataflowPlace PLACE = new DataflowPlace("my-project", "europe-west1");
  private static final String TOKEN = "ya29.a-secret-token";

  private final FakeDataflow fake = FakeDataflow.start();
  private final GoogleDataflow dataflow = new GoogleDataflow(fake.url() + "/", new KeyOfCi());

  @AfterEach
  void stop() {
    fake.close();
  }

  @Test
  void theJobThatHasNotEndedIsFound() {
    fake.job("ticks", "2026-1", "UPDATED", "2026-01-01T00:00:00Z", Map.of())
        .job(
            "ticks",
            "2026-2",
            "RUNNING",
            "2026-01-02T00:00:00.123456Z",
            Map.of("bigflow-image", "ab".repeat(16), "bigflow-version", "1_0"))
        .job("ticks", "2026-3", "FAILED", "2026-01-03T00:00:00Z", Map.of())
        .job("other", "2026-4", "RUNNING", "2026-01-04T00:00:00Z", Map.of());
    assertThat(dataflow.find(PLACE, "ticks"))
        .contains(
            new DataflowJob(
                PLACE,
                "2026-2",
                "running",
                Instant.parse("2026-01-02T00:00:00.123456Z"),
                "ab".repeat(16),
                "1_0"));
    // To what speaks plain HTTP no token goes.
    assertThat(fake.requests())
        .containsExactly(
            "GET /v1b3/projects/my-project/locations/europe-west1/jobs?name=ticks&filter=ACTIVE",
            "GET /v1b3/projects/my-project/locations/europe-west1/jobs/2026-2"
                + "?view=JOB_VIEW_DESCRIPTION");
  }

  @Test
  void elseTheOneThatWasMadeLastOnWhateverPageItIs() {
    fake.job("ticks", "2026-1", "DRAINED", "2026-01-01T00:00:00Z", Map.of())
        .job("ticks", "2026-3", "FAILED", "2026-01-03T00:00:00Z", Map.of())
        .job("ticks", "2026-2", "CANCELLED", "2026-01-02T00:00:00Z", Map.of());
    DataflowJob job = dataflow.find(PLACE, "ticks").orElseThrow();
    assertThat(job.id()).isEqualTo("2026-3");
    assertThat(job.state()).isEqualTo("failed");
    assertThat(job.hasEnded()).isTrue();
    assertThat(job.isOf("r@sha256:" + "ab".repeat(32))).isEmpty();
  }

  @Test
  void thereMayBeNone() {
    assertThat(dataflow.find(PLACE, "ticks")).isEmpty();
  }

  @Test
  void aJobTellsWhetherItIsOfAnImage() {
    DataflowJob job = new DataflowJob(PLACE, "1", "running", null, "ab".repeat(16), null);
    assertThat(job.isOf("r@sha256:" + "ab".repeat(32))).contains(true);
    assertThat(job.isOf("r@sha256:" + "cd".repeat(32))).contains(false);
    assertThat(job.isOf("r:tag")).isEmpty();
    assertThat(job.link())
        .isEqualTo(
            "https://console.cloud.google.com/dataflow/jobs/europe-west1/1?project=my-project");
  }

  @ParameterizedTest
  @ValueSource(strings = {"My Project", "a/b", "x&y", "", "p\n", "../p"})
  void whatIsNoPlaceIsNotAskedFor(String text) {
    assertThat(DataflowPlace.of(text, "europe-west1")).isEmpty();
    assertThat(DataflowPlace.of("my-project", text)).isEmpty();
    assertThat(DataflowPlace.of("example.com:my-project", "europe-west1")).isPresent();
  }

  @Test
  void answersThatCouldNotBeShownAreNone() {
    fake.job("ticks", "1", "RUNNING \u001b[2J", "2026-01-01T00:00:00Z", Map.of());
    assertThatThrownBy(() -> dataflow.find(PLACE, "ticks"))
        .hasMessageContaining("what answers is not Dataflow");
    assertThat(new DataflowJob(PLACE, "1", "running", null, "\u001b", "<b>"))
        .isEqualTo(new DataflowJob(PLACE, "1", "running", null, null, null));
    fake.refusing(200, "<html>");
    assertThatThrownBy(() -> dataflow.find(PLACE, "ticks"))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("what answers is not Dataflow")
        .hasNoCause();
  }

  @Test
  void refusalsSayWhatToDo() {
    assertRefusal(
        403,
        "{\"error\": {\"message\": \"no " + TOKEN + "\"}}",
        """
        Cannot ask Dataflow in project 'my-project', region 'europe-west1': access is denied for 'ci@acme-prod.iam.gserviceaccount.com' (403).
          where: credentials: key of ci
          fix:   Let an owner of the project run: gcloud projects add-iam-policy-binding my-project --member=serviceAccount:ci@acme-prod.iam.gserviceaccount.com --role=roles/dataflow.viewer.
          more:  docs/troubleshooting.md#dataflow-denied""");
    assertRefusal(
        403,
        "{\"error\": {\"details\": [{\"reason\": \"SERVICE_DISABLED\"}]}}",
        """
        Cannot ask Dataflow in project 'my-project', region 'europe-west1': its API is not enabled (403).
          where: %s
          fix:   Let an owner of the project run: gcloud services enable dataflow.googleapis.com --project=my-project.
          more:  docs/troubleshooting.md#api-disabled"""
            .formatted(fake.url()));
    assertRefusal(
        404,
        "",
        """
        Cannot ask Dataflow in project 'my-project', region 'europe-west1': there is no such project or region (404).
          where: %s
          fix:   Correct beam.project and beam.region in job configuration, and deploy again."""
            .formatted(fake.url()));
    assertThatThrownBy(() -> fakeRefusing(401).find(PLACE, "ticks"))
        .hasMessageContaining("it does not accept the key of ci (401)")
        .hasMessageContaining("Make a new key.");
    assertThatThrownBy(() -> fakeRefusing(500).find(PLACE, "ticks"))
        .hasMessageContaining("it answers with status 500");
    fake.close();
    assertThatThrownBy(() -> dataflow.find(PLACE, "ticks"))
        .hasMessageContaining("it cannot be reached: ConnectException")
        .hasNoCause();
  }

  private GoogleDataflow fakeRefusing(int status) {
    fake.refusing(status, "{}");
    return dataflow;
  }

  private void assertRefusal(int status, String body, String text) {
    fake.refusing(status, body);
    assertThatThrownBy(() -> dataflow.find(PLACE, "ticks"))
        .isInstanceOf(BigflowException.class)
        .hasMessage(text)
        .hasNoCause();
  }

  @Test
  void googleItselfGetsTheToken() {
    List<String> requests = new ArrayList<>();
    GoogleDataflow google = new GoogleDataflow(null, new KeyOfCi(), empty(requests));
    assertThat(google.find(PLACE, "a b")).isEmpty();
    String jobs =
        "https://dataflow.googleapis.com/v1b3/projects/my-project/locations/europe-west1/jobs";
    assertThat(requests)
        .containsExactly(
            jobs + "?name=a+b&filter=ACTIVE [Bearer " + TOKEN + "]",
            jobs + "?name=a+b&filter=TERMINATED [Bearer " + TOKEN + "]");
    requests.clear();
    new GoogleDataflow("https://dataflow.example.com", new KeyOfCi(), empty(requests))
        .find(PLACE, "a");
    assertThat(requests).hasSize(2).allSatisfy(request -> assertThat(request).endsWith(" []"));
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    assertThatThrownBy(() -> new GoogleDataflow("dataflow", new KeyOfCi()))
        .hasMessageContaining("'dataflow' is not the address of Dataflow")
        .hasMessageContaining("bigflow.dataflow.endpoint");
  }

  private static MockHttpTransport empty(List<String> requests) {
    return new MockHttpTransport() {
      @Override
      public LowLevelHttpRequest buildRequest(String method, String url) {
        return new MockLowLevelHttpRequest(url) {
          @Override
          public LowLevelHttpResponse execute() throws IOException {
            requests.add(url + " " + getHeaderValues("authorization"));
            return new MockLowLevelHttpResponse()
                .setContentType("application/json")
                .setContent("{}");
          }
        };
      }
    };
  }

  private static final class KeyOfCi implements CredentialSource {
    @Override
    public String name() {
      return "key of ci";
    }

    @Override
    public GoogleCredentials get() {
      return GoogleCredentials.create(
          new AccessToken(TOKEN, Date.from(Instant.now().plusSeconds(3600))));
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
}
