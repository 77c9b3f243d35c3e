// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.credentials.CredentialSettings;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.CredentialSources;
import io.bigflow.credentials.TestMachine;
import io.bigflow.doctor.Cloud;
import io.bigflow.doctor.Cloud.Bucket;
import io.bigflow.doctor.Cloud.LocationKind;
import io.bigflow.doctor.RepositoryName;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeGoogle.Reply;
import io.bigflow.fakes.FakeGoogle.Request;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Google is asked over real HTTP, and what its answers become. */
final class DoctorGoogleCloudTest {
  private static final String JANE = "jane@example.com";
  private static final String STORAGE = "storage.googleapis.com";
  private static final String TOKENS = "oauth2.googleapis.com";

  private final FakeGcs gcs = FakeGcs.start();
  private final FakeGoogle google = FakeGoogle.start().storage(gcs);
  private @TempDir Path home;

  @AfterEach
  void close() {
    google.close();
    gcs.close();
  }

  // ---- whose token it is

  @Test
  void aPersonsTokenIsShownToGoogleInAHeaderAlone() throws IOException {
    assertThat(asJane().tokenEmail()).isEqualTo(Cloud.Answer.of(JANE));

    List<Request> asked =
        google.requests(TOKENS).stream()
            .filter(request -> request.path().startsWith("/tokeninfo"))
            .toList();
    String token = google.tokens().iterator().next();
    assertThat(google.tokens()).hasSize(1);
    assertThat(asked)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("POST");
              assertThat(request.path()).isEqualTo("/tokeninfo");
              assertThat(request.header("Authorization")).isEqualTo("Bearer " + token);
              // Whoever may bill a project for requests is another question.
              assertThat(request.headers()).doesNotContainKey("x-goog-user-project");
            });
  }

  @Test
  void aTokenWithoutAnAddressIsSaid() throws IOException {
    CredentialSource key = source(google.key("ci@p.iam.gserviceaccount.com"));
    assertThat(cloud(key).tokenEmail().value()).isEmpty();
  }

  @Test
  void nothingOfARefusalIsQuoted() throws IOException {
    CredentialSource jane = source(google.user(JANE, "1//refresh"));
    String token = jane.accessToken();
    google.echoing(TOKENS, 400);
    Cloud.Answer<String> answer = cloud(jane).tokenEmail();
    assertThat(answer.value()).isEmpty();
    assertThat(answer.toString()).doesNotContain(token);

    google.answering(
        TOKENS, new Reply(302, Map.of("Location", "https://evil.example.com/"), new byte[0]));
    assertThat(cloud(jane).tokenEmail().value()).isEmpty();
    google.answering(TOKENS, Reply.text(200, "<html>log in"));
    assertThat(cloud(jane).tokenEmail().value()).isEmpty();
    assertThat(google.tunnels()).allMatch(host -> host.equals(TOKENS + ":443"));
  }

  @Test
  void aGoogleThatIsNotThereIsSaid() throws IOException {
    CredentialSource jane = source(google.user(JANE, "1//refresh"));
    jane.accessToken();
    Cloud cloud = cloud(jane);
    google.close();
    assertThat(cloud.tokenEmail().reason())
        .isEqualTo("oauth2.googleapis.com cannot be reached: ConnectException");
  }

  // ---- buckets

  @Test
  void aBucketIsWhereItIsAndWhoMayUseIt() throws IOException {
    gcs.createBucket("b", "EUROPE-WEST1", Map.of("roles/storage.objectUser", "user:" + JANE));
    Cloud cloud = asJane();
    assertThat(cloud.bucket("b"))
        .isEqualTo(
            Cloud.Answer.of(
                new Bucket(
                    "europe-west1", LocationKind.REGION, Set.of("europe-west1"), "123456", true)));
    assertThat(cloud.bucketRoles("b"))
        .isEqualTo(Cloud.Answer.of(Map.of("roles/storage.objectUser", Set.of("user:" + JANE))));
    assertThat(cloud.bucket("c"))
        .isEqualTo(Cloud.Answer.refused(404, "The specified bucket does not exist."));
    assertThat(gcs.requests()).allMatch(request -> request.method().equals("GET"));
  }

  @Test
  void dualAndMultiRegionsAreTold() throws IOException {
    Cloud cloud = asJane();
    assertThat(bucket(cloud, Map.of("location", "EU", "locationType", "multi-region")))
        .isEqualTo(new Bucket("eu", LocationKind.MULTI_REGION, Set.of(), "", false));
    assertThat(bucket(cloud, Map.of("location", "EUR4", "locationType", "dual-region")).regions())
        .containsExactlyInAnyOrder("europe-north1", "europe-west4");
    assertThat(bucket(cloud, Map.of("location", "EUR7", "locationType", "dual-region")))
        .isEqualTo(new Bucket("eur7", LocationKind.DUAL_REGION, Set.of(), "", false));
    assertThat(
            bucket(
                    cloud,
                    Map.of(
                        "location",
                        "US",
                        "locationType",
                        "dual-region",
                        "customPlacementConfig",
                        Map.of("dataLocations", List.of("US-EAST1", "US-WEST1"))))
                .regions())
        .containsExactlyInAnyOrder("us-east1", "us-west1");
  }

  private Bucket bucket(Cloud cloud, Map<String, ?> resource) {
    google.answering(STORAGE, Reply.json(200, resource));
    return cloud.bucket("b").value().orElseThrow();
  }

  // Google tells a grant under a condition as another role to whoever does not ask for version 3.
  @Test
  void policiesAreAskedForWithTheirConditions() throws IOException {
    List<String> hosts =
        List.of(
            STORAGE,
            "cloudresourcemanager.googleapis.com",
            "iam.googleapis.com",
            "artifactregistry.googleapis.com");
    for (String host : hosts) {
      google.api(
          host,
          request ->
              request.path().contains("equestedPolicyVersion=3")
                      || request.json().at("/options/requestedPolicyVersion").asInt() == 3
                  ? policy("roles/viewer", Map.of("condition", Map.of("expression", "false")))
                  : policy("roles/viewer_withcond_0123", Map.of()));
    }
    Cloud cloud = asJane();
    assertThat(
            List.of(
                cloud.bucketRoles("b"),
                cloud.projectRoles("p"),
                cloud.serviceAccountRoles("a@p.iam.gserviceaccount.com"),
                cloud.repositoryRoles(new RepositoryName("p", "europe", "r"))))
        .allSatisfy(
            answer ->
                assertThat(answer.value())
                    .contains(Map.of("roles/viewer" + Cloud.CONDITIONAL, Set.of("user:" + JANE))));
  }

  private static Reply policy(String role, Map<String, ?> more) {
    Map<String, Object> binding = new HashMap<>(more);
    binding.put("role", role);
    binding.put("members", List.of("user:" + JANE));
    return Reply.json(200, Map.of("version", 3, "bindings", List.of(binding)));
  }

  private Cloud asJane() throws IOException {
    return cloud(source(google.user(JANE, "1//refresh")));
  }

  private Cloud cloud(CredentialSource source) {
    return new GoogleCloud(source, TestMachine.transports(google).create());
  }

  private CredentialSource source(String credentialFile) throws IOException {
    Path file = Files.writeString(home.resolve("adc.json"), credentialFile);
    return CredentialSources.of(
        CredentialSettings.standard(),
        TestMachine.of(
            google,
            home,
            Map.of(
                "GOOGLE_APPLICATION_CREDENTIALS",
                file.toString(),
                "GOOGLE_CLOUD_QUOTA_PROJECT",
                "billing-project")),
        id -> Optional.empty(),
        ProxySelector.of(null));
  }
}
