// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A goccy/bigquery-emulator of its own for each test: it does not give back the memory of its
 * queries, some 20 MB each.
 *
 * @see <a href="https://github.com/goccy/bigquery-emulator/issues/472">its memory</a>
 */
final class BigQueryEmulator implements AutoCloseable {

  /** The environment variable with the path of the program. */
  static final String VARIABLE = "BIGFLOW_TEST_BIGQUERY";

  /** The only project that it has. */
  static final String PROJECT = "bigflow-ci";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final String endpoint;

  private BigQueryEmulator(Process process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  static BigQueryEmulator start() throws InterruptedException {
    try {
      int port = freePort();
      Path log = Files.createTempFile("bigquery-emulator", ".log");
      Process process =
          new ProcessBuilder(
                  Objects.requireNonNull(System.getenv(VARIABLE)),
                  "--host=127.0.0.1",
                  "--project=" + PROJECT,
                  "--port=" + port,
                  "--grpc-port=" + freePort())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      BigQueryEmulator emulator = new BigQueryEmulator(process, "http://127.0.0.1:" + port);
      emulator.awaitAnswer(log);
      return emulator;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitAnswer(Path log) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(endpoint + "/bigquery/v2/projects/" + PROJECT + "/datasets"))
            .build();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try {
        HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
        return;
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    close();
    throw new AssertionError("bigquery-emulator did not start: " + Files.readString(log));
  }

  /** Its address. */
  String endpoint() {
    return endpoint;
  }

  /** What a job knows that works on it. */
  JobContext context(String runId, ZonedDateTime runtime, Map<String, String> values) {
    return new RunContext(
        "ports", "j", runtime, "dev", runId, Map.of(), config(values), null, new Cancellation());
  }

  /** Job configuration that names it. */
  JobConfig config(Map<String, String> values) {
    return EnvironmentConfig.builder("dev")
        .override(BigQueryOperation.ENDPOINT_KEY, endpoint)
        .overrides(values)
        .build();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
