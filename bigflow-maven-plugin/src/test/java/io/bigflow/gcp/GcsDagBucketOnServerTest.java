// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.DagBucket;
import io.bigflow.bucket.DagBucketContract;
import io.bigflow.credentials.LocalAccount;
import io.bigflow.credentials.Machine;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a server that somebody else has written, for example fake-gcs-server: {@code
 * BIGFLOW_TEST_GCS=http://127.0.0.1:4443}.
 */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_GCS", matches = "http://.+")
class GcsDagBucketOnServerTest extends DagBucketContract {

  private final StorageEndpoint endpoint =
      StorageEndpoint.of(System.getenv("BIGFLOW_TEST_GCS"), null);
  private final String name = "bigflow-test-" + UUID.randomUUID();
  private final HttpClient http = HttpClient.newHttpClient();
  private final GcsDagBucket bucket =
      GcsDagBucket.open(
          new BucketLocation.Gcs(name),
          endpoint,
          null,
          new LocalAccount(Machine.here()),
          new RecordingProgress(),
          new Retries(3, Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(20)));

  @BeforeEach
  void makeBucket() {
    post("/storage/v1/b?project=test", "application/json", "{\"name\": \"" + name + "\"}");
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  @Test
  void aLargeFileIsSentInPieces(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("large.jar");
    byte[] content = new byte[(20 << 20) + 7];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    Map<String, String> mark = Map.of("bigflow-owner", "g:a/dev");

    long generation = bucket.write("bigflow/x/large.jar", file, "a/b", mark, 0);

    assertThat(bucket.find("bigflow/x/large.jar"))
        .hasValue(
            new BucketObject("bigflow/x/large.jar", ContentHash.md5(content), generation, mark));
    assertThat(bucket.read("bigflow/x/large.jar")).hasValue(content);
    // Once more, as after a lost answer; and with another content.
    assertThat(bucket.write("bigflow/x/large.jar", file, "a/b", mark, 0)).isEqualTo(generation);
    content[0]++;
    Files.write(file, content);
    assertThatThrownBy(() -> bucket.write("bigflow/x/large.jar", file, "a/b", mark, 0))
        .isInstanceOf(BigflowException.class);
  }

  @Override
  protected DagBucket bucket() {
    return bucket;
  }

  @Override
  protected boolean checksGenerationOnRemoval() {
    // fake-gcs-server 1.56.1 removes an object whatever generation the request names.
    return false;
  }

  @Override
  protected void putByOtherMeans(String path, byte[] content) {
    String object = URLEncoder.encode(path, StandardCharsets.UTF_8);
    post(
        "/upload/storage/v1/b/" + name + "/o?uploadType=media&name=" + object,
        "text/plain",
        new String(content, StandardCharsets.UTF_8));
  }

  @Test
  void manyObjectsAreListedOverAllPages() {
    for (int i = 0; i < 1005; i++) {
      bucket.write("dags/g.a/dev/" + i + ".py", bytes("x"), "text/x-python", Map.of(), 0);
    }

    assertThat(bucket.list("dags/g.a/dev/"))
        .hasSize(1005)
        .isSortedAccordingTo(Comparator.comparing(BucketObject::path));
  }

  @Test
  void awkwardNamesArriveAsTheyAre() {
    String path = "dags/a b+c%2Fd/ż&x=?#.py";
    bucket.write(path, bytes("x"), "text/x-python", Map.of("note", "ż=\"1\""), 0);

    assertThat(bucket.read(path)).hasValue(bytes("x"));
    assertThat(bucket.list("dags/a b+c%2Fd/"))
        .extracting(BucketObject::metadata)
        .containsExactly(Map.of("note", "ż=\"1\""));
  }

  private void post(String path, String contentType, String body) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(endpoint + path))
                  .header("Content-Type", contentType)
                  .POST(BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
