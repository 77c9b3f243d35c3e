// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.sun.net.httpserver.HttpServer;
import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.DagBucket;
import io.bigflow.bucket.DagBucketContract;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeGcs.Fault;
import io.bigflow.fakes.FakeGcs.Kind;
import io.bigflow.fakes.FakeGcs.Request;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsDagBucketTest extends DagBucketContract {

  private static final String PATH = "dags/g.a/dev/x.py";
  private static final Retries QUICK =
      new Retries(4, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(20));

  private final FakeGcs gcs = FakeGcs.withBucket("team-bucket");
  private final RecordingProgress progress = new RecordingProgress();
  private final List<GcsDagBucket> opened = new ArrayList<>();
  private final GcsDagBucket bucket = open("team-bucket", gcs.endpoint().toString(), refused());

  @AfterEach
  void close() {
    opened.forEach(GcsDagBucket::close);
    gcs.close();
  }

  @Override
  protected DagBucket bucket() {
    return bucket;
  }

  @Override
  protected void putByOtherMeans(String path, byte[] content) {
    gcs.put("team-bucket", path, content, Map.of());
  }

  // ---- what is sent

  @Test
  void aWriteIsOneRequestWithPlainContent() {
    bucket.write(PATH, bytes("x = 1\n"), "text/x-python", Map.of("bigflow-owner", "g:a/dev"), 0);

    Request request = onlyRequest();
    assertThat(request).hasToString("INSERT " + PATH);
    assertThat(request.query()).containsEntry("ifGenerationMatch", "0");
    assertThat(request.headers()).doesNotContainKeys("content-encoding", "authorization");
    FakeGcs.Stored stored = gcs.object("team-bucket", PATH);
    assertThat(stored.text()).isEqualTo("x = 1\n");
    assertThat(stored.contentType()).isEqualTo("text/x-python");
    assertThat(stored.metadata()).isEqualTo(Map.of("bigflow-owner", "g:a/dev"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 65_000, 65_536, 200_000})
  void aWriteKeepsEveryByte(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    byte[] end = bytes("\r\n--x--\r\n\r\n");
    System.arraycopy(end, 0, content, 0, Math.min(end.length, size));

    bucket.write(PATH, content, "application/zip", Map.of(), 0);

    assertThat(bucket.read(PATH)).hasValue(content);
  }

  @Test
  void aRemovalNamesItsGeneration() {
    long generation = gcs.put("team-bucket", PATH, bytes("x"), Map.of());

    bucket.delete(PATH, generation);

    assertThat(onlyRequest()).hasToString("DELETE " + PATH);
    assertThat(onlyRequest().query()).containsEntry("ifGenerationMatch", Long.toString(generation));
  }

  @Test
  void aListingReadsAllPagesAndNoContent() {
    for (int i = 10; i < 35; i++) {
      gcs.put("team-bucket", "dags/g.a/dev/" + i + ".py", bytes("x"), Map.of("n", "" + i));
    }
    gcs.put("team-bucket", "dags/airflow_monitoring.py", bytes("x"), Map.of());
    gcs.pageSize(10);

    assertThat(bucket.list("dags/g.a/dev/"))
        .hasSize(25)
        .allSatisfy(object -> assertThat(object.path()).startsWith("dags/g.a/dev/"))
        .allSatisfy(object -> assertThat(object.metadata()).containsKey("n"));
    assertThat(gcs.requests())
        .extracting(Request::toString)
        .containsExactly("LIST dags/g.a/dev/", "LIST dags/g.a/dev/", "LIST dags/g.a/dev/");
  }

  @Test
  void awkwardNamesArriveAsTheyAre() {
    String path = "dags/a b+c%2Fd/ż&x=?#.py";
    bucket.write(path, bytes("x"), "text/x-python", Map.of("clé", "ż=\"1\""), 0);

    assertThat(gcs.objects("team-bucket")).containsOnlyKeys(path);
    assertThat(bucket.read(path)).hasValue(bytes("x"));
    assertThat(bucket.list("dags/a b+c%2Fd/"))
        .extracting(BucketObject::metadata)
        .containsExactly(Map.of("clé", "ż=\"1\""));
  }

  // ---- passing failures

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void triesAgainWhenTheServiceIsBusy(int status) {
    gcs.fail(2, status);

    bucket.write(PATH, bytes("x"), "text/x-python", Map.of(), 0);

    assertThat(gcs.requests()).hasSize(3);
    assertThat(gcs.object("team-bucket", PATH).text()).isEqualTo("x");
    assertThat(progress.lines())
        .containsExactly(
            "detail Cloud Storage: an attempt failed, status " + status + "; there are at most 4",
            "detail Cloud Storage: an attempt failed, status " + status + "; there are at most 4");
  }

  @Test
  void everyKindOfRequestIsTriedAgain() {
    long generation = gcs.put("team-bucket", PATH, bytes("x"), Map.of());
    gcs.fail(1, 503);
    assertThat(bucket.list("dags/")).hasSize(1);
    gcs.fail(1, 503);
    assertThat(bucket.read(PATH)).hasValue(bytes("x"));
    gcs.fail(1, 503);
    bucket.delete(PATH, generation);

    assertThat(gcs.objects("team-bucket")).isEmpty();
    assertThat(gcs.requests()).hasSize(6);
  }

  @Test
  void triesAgainWhenTheConnectionBreaks() {
    gcs.fail(request -> request.kind() == Kind.INSERT, 2, new Fault.LostRequest());

    bucket.write(PATH, bytes("x"), "text/x-python", Map.of(), 0);

    assertThat(gcs.object("team-bucket", PATH).text()).isEqualTo("x");
  }

  @Test
  void aWriteWhoseAnswerWasLostIsDoneOnce() {
    gcs.fail(request -> request.kind() == Kind.INSERT, 1, new Fault.LostResponse());

    long generation =
        bucket.write(PATH, bytes("x"), "text/x-python", Map.of("bigflow-owner", "g:a/dev"), 0);

    assertThat(gcs.object("team-bucket", PATH).generation()).isEqualTo(generation);
    assertThat(gcs.requests())
        .extracting(Request::toString)
        .containsExactly("INSERT " + PATH, "INSERT " + PATH, "GET " + PATH);
  }

  @Test
  void aRemovalWhoseAnswerWasLostIsDone() {
    long generation = gcs.put("team-bucket", PATH, bytes("x"), Map.of());
    gcs.fail(request -> request.kind() == Kind.DELETE, 1, new Fault.LostResponse());

    bucket.delete(PATH, generation);

    assertThat(gcs.objects("team-bucket")).isEmpty();
  }

  // ---- lasting failures, each with its own words

  @Test
  void aServerThatWantsCredentialsOverPlainHttpIsSaid() {
    gcs.requireToken("the only one");

    assertThatThrownBy(() -> bucket.list("dags/g.a/dev/"))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot list 'gs://team-bucket/dags/g.a/dev/': access is denied without credentials \
            (401). It says: Invalid Credentials.
              where: %s
              fix:   Use an address of Google that begins with https, or a server that needs no \
            credentials: a token is sent to Google alone, and never over plain http.
              more:  docs/troubleshooting.md#bucket-denied"""
                .formatted(gcs.endpoint()));
    assertThat(gcs.requests()).hasSize(1);
  }

  @Test
  void aMissingBucketIsSaid() {
    GcsDagBucket missing = open("no-such-bucket", gcs.endpoint().toString(), refused());
    String expected =
        """
        Cannot %s 'gs://no-such-bucket/dags/g.a/dev/%s': there is no bucket 'no-such-bucket' (404). \
        It says: The specified bucket does not exist.
          where: bigflow.dagsBucket
          fix:   Set it to what this prints: gcloud composer environments describe ENVIRONMENT \
        --location=REGION --format='value(storageConfig.bucket)'.
          more:  docs/troubleshooting.md#bucket-missing""";

    assertThatThrownBy(() -> missing.list("dags/g.a/dev/"))
        .hasMessage(expected.formatted("list", ""));
    assertThatThrownBy(() -> missing.write(PATH, bytes("x"), "text/x-python", Map.of(), 0))
        .hasMessage(expected.formatted("write", "x.py"));
  }

  @Test
  void aConflictIsSaid() {
    gcs.fail(1, 409);

    assertThatThrownBy(() -> bucket.write(PATH, bytes("x"), "text/x-python", Map.of(), 0))
        .hasMessage(
            """
            Cannot write 'gs://team-bucket/dags/g.a/dev/x.py': another change of the bucket is under \
            way (409). It says: The request conflicts with another one.
              where: gs://team-bucket
              fix:   Run the same command again when it is over.
              more:  docs/troubleshooting.md#deploy-conflict""");
  }

  @Test
  void aServiceThatStaysBusyIsSaidAfterAllRetries() {
    gcs.fail(100, 429);

    assertThatThrownBy(() -> bucket.delete(PATH, 1))
        .hasMessage(
            """
            Cannot remove 'gs://team-bucket/dags/g.a/dev/x.py': Cloud Storage still asks to slow \
            down after all retries (429). It says: The rate limit was exceeded.
              where: %s
              fix:   Run the same command again in some minutes: what is done stays.
              more:  docs/troubleshooting.md#bucket-unreachable"""
                .formatted(gcs.endpoint()));
    assertThat(gcs.requests()).hasSize(4);
  }

  @Test
  void aServiceThatStaysBrokenIsSaidAfterAllRetries() {
    gcs.fail(100, 503);

    assertThatThrownBy(() -> bucket.read(PATH))
        .hasMessage(
            """
            Cannot read 'gs://team-bucket/dags/g.a/dev/x.py': Cloud Storage still fails after all \
            retries (503). It says: Service Unavailable.
              where: %s
              fix:   Run the same command again in some minutes: what is done stays.
              more:  docs/troubleshooting.md#bucket-unreachable"""
                .formatted(gcs.endpoint()));
    assertThat(gcs.requests()).hasSize(4);
  }

  @Test
  void anyOtherRefusalIsSaid() {
    gcs.fail(1, 400);

    assertThatThrownBy(() -> bucket.list("dags/"))
        .hasMessage(
            """
            Cannot list 'gs://team-bucket/dags/': Cloud Storage refuses the request (400). It says: \
            Error 400.
              where: gs://team-bucket
              fix:   Check bigflow.dagsBucket and bigflow.storage.endpoint.
              more:  docs/troubleshooting.md#bucket-unreachable""");
  }

  @Test
  void aRefusedConnectionIsSaid() {
    gcs.close();

    assertThatThrownBy(() -> bucket.list("dags/"))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot list 'gs://team-bucket/dags/': Cloud Storage cannot be reached (ConnectException: \
            Connection refused).
              where: %s
              fix:   Check the network and the proxy, then run the same command again: what is done \
            stays.
              more:  docs/troubleshooting.md#bucket-unreachable"""
                .formatted(gcs.endpoint()));
    assertThat(progress.lines())
        .contains("detail Cloud Storage: an attempt failed, ConnectException; there are at most 4");
  }

  @Test
  void anUnknownHostIsSaid() {
    GcsDagBucket lost = open("team-bucket", "http://storage.invalid", refused());

    assertThatThrownBy(() -> lost.list("dags/"))
        .hasMessageContaining(
            "Cloud Storage cannot be reached (UnknownHostException: storage.invalid)");
  }

  @Test
  void anAnswerThatIsNoJsonIsSaid() {
    gcs.fail(
        request -> true,
        1,
        new Fault.Answer(403, "forbidden", "line one\nline two " + "x".repeat(1000)));

    assertThatThrownBy(() -> bucket.list("dags/"))
        .hasMessageContaining("It says: line one line two xxx")
        .hasMessageContaining("xxx…");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"generation\":null}"})
  void anAnswerWithoutAGenerationIsSaid(String answer) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body = bytes(answer);
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      GcsDagBucket odd =
          open("team-bucket", "http://127.0.0.1:" + server.getAddress().getPort(), refused());

      assertThatThrownBy(() -> odd.write(PATH, bytes("x"), "text/x-python", Map.of(), 0))
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining("Cannot write 'gs://team-bucket/" + PATH + "'")
          .hasMessageContaining("(IOException: The answer to an upload has no generation)");
    } finally {
      server.stop(0);
    }
  }

  // ---- secrets

  @Test
  void aTokenNeverTravelsOverPlainHttp() {
    GcsDagBucket plain =
        open("team-bucket", gcs.endpoint().toString(), token("ya29.secret-of-the-test"));
    plain.write(PATH, bytes("x"), "text/x-python", Map.of(), 0);
    plain.list("dags/");

    assertThat(gcs.requests())
        .hasSize(2)
        .allSatisfy(
            request ->
                assertThat(request.headers().toString()).doesNotContain("secret-of-the-test"));
  }

  @Test
  void secretsThatTheServiceQuotesAreNotShown() {
    gcs.fail(
        request -> true,
        1,
        new Fault.Answer(
            403,
            "forbidden",
            "No: Bearer abc.def-ghi, ya29.a0Af_B-c, https://h/u?upload_id=ABC123&access_token=T0K."));

    assertThatThrownBy(() -> bucket.list("dags/"))
        .hasMessageContaining("It says: No: ***, ***, https://h/u?***&***")
        .satisfies(
            e -> assertThat(e.toString()).doesNotContain("abc.def", "a0Af", "ABC123", "T0K"));
  }

  @Test
  void credentialsAreNotEvenAskedForWithoutUse() {
    // refused() throws when it is asked; every other test here relies on that.
    assertThat(bucket.list("dags/")).isEmpty();
    assertThatThrownBy(() -> open("team-bucket", "https://127.0.0.1:1", refused()))
        .isInstanceOf(AssertionError.class);
  }

  private GcsDagBucket open(String name, String endpoint, CredentialSource credentials) {
    GcsDagBucket result =
        GcsDagBucket.open(
            new BucketLocation.Gcs(name),
            StorageEndpoint.of(endpoint, null),
            null,
            credentials,
            progress,
            QUICK);
    opened.add(result);
    return result;
  }

  private Request onlyRequest() {
    assertThat(gcs.requests()).hasSize(1);
    return gcs.requests().get(0);
  }

  private static CredentialSource refused() {
    return new CredentialSource() {
      @Override
      public String name() {
        return "credentials that nobody may ask for";
      }

      @Override
      public GoogleCredentials get() {
        throw new AssertionError("asked for credentials");
      }

      @Override
      public Optional<String> member() {
        return Optional.empty();
      }

      @Override
      public String advice() {
        return "Do not ask";
      }
    };
  }

  private static CredentialSource token(String token) {
    return new CredentialSource() {
      @Override
      public String name() {
        return "a token";
      }

      @Override
      public GoogleCredentials get() {
        return GoogleCredentials.create(
            new AccessToken(token, Date.from(Instant.parse("2100-01-01T00:00:00Z"))));
      }

      @Override
      public Optional<String> member() {
        return Optional.of("serviceAccount:deployer@p.iam.gserviceaccount.com");
      }

      @Override
      public String advice() {
        return "Get another one";
      }
    };
  }
}
