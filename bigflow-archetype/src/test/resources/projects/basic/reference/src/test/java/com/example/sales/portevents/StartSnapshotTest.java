package com.example.sales.portevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StartSnapshotTest {
  private static final String SNAPSHOT = "projects/a-project/snapshots/start";
  private static final String SUBSCRIPTION = "projects/a-project/subscriptions/events";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer pubsub;
  private StartSnapshot start;

  @BeforeEach
  void startPubsub() throws IOException {
    pubsub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pubsub.createContext(
        "/v1/",
        exchange -> {
          try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            exchange.getRequestBody().readAllBytes();
            byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            // There is no snapshot yet.
            boolean isDelete = exchange.getRequestMethod().equals("DELETE");
            exchange.sendResponseHeaders(isDelete ? 404 : 200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    pubsub.start();
    start =
        new StartSnapshot(
            SNAPSHOT,
            SUBSCRIPTION,
            PipelineOptionsFactory.fromArgs(
                    "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
                    "--pubsubRootUrl=http://127.0.0.1:" + pubsub.getAddress().getPort())
                .as(PubsubOptions.class));
  }

  @AfterEach
  void stopPubsub() {
    pubsub.stop(0);
  }

  @Test
  void isTakenAnewAtAUsualStart() throws IOException {
    start.take();

    assertThat(requests).containsExactly("DELETE /v1/" + SNAPSHOT, "PUT /v1/" + SNAPSHOT);
  }

  @Test
  void isNotTakenAnewAfterAKill() throws IOException {
    start.replay();

    assertThat(requests).containsExactly("POST /v1/" + SUBSCRIPTION + ":seek");
  }
}
