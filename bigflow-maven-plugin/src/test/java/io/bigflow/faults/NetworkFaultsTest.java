// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import io.bigflow.faults.Toxiproxy.Direction;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that break, stall and are slow. Deployments go through toxiproxy. */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_TOXIPROXY", matches = "http://.+")
final class NetworkFaultsTest {

  private static final long LIMIT_SECONDS = 300;
  private static final int STALL_MILLIS = 30_000;
  private static final int LARGE = 6_000_000;

  @Fault
  @ParameterizedTest
  @ValueSource(strings = {"bucket", "registry"})
  void connectionsThatAreResetAreMadeAgain(String server) {
    survives(
        first(server),
        toxic -> {
          toxic.add("reset_peer", Direction.DOWNSTREAM, Map.of("timeout", 0));
          later(2_000, () -> toxic.remove("reset_peer"));
        });
  }

  @Fault
  @ParameterizedTest
  @ValueSource(ints = {1_000, 100_000, 1_000_000})
  void anUploadThatIsCutIsMadeAgain(int bytes) {
    try (World world = World.open().withVersion1();
        Toxiproxy toxic = world.servers().toxic(world.interposer().authority())) {
      toxic.add("limit_data", Direction.UPSTREAM, Map.of("bytes", bytes));
      later(6_000, () -> toxic.remove("limit_data"));
      check(world, large(world, toxic));
    }
  }

  @Fault
  @ParameterizedTest
  @ValueSource(strings = {"bucket", "registry"})
  void halfAMinuteOfSilenceIsSurvived(String server) {
    survives(
        first(server),
        toxic -> {
          toxic.add("latency", Direction.DOWNSTREAM, Map.of("latency", STALL_MILLIS));
          later(STALL_MILLIS + 500, () -> toxic.remove("latency"));
        });
  }

  @Fault
  @Test
  void aSlowLinkIsSlowButWorks() {
    try (World world = World.open().withVersion1();
        Toxiproxy toxic = world.servers().toxic(world.interposer().authority())) {
      // In kB/s.
      toxic.add("bandwidth", Direction.UPSTREAM, Map.of("rate", 1_000));
      check(world, large(world, toxic));
    }
  }

  /** The first request that writes to a server. */
  private static Predicate<Request> first(String server) {
    return server.equals("bucket")
        ? Request::isDagUpload
        : request -> request.isRegistry() && request.method().equals("PATCH");
  }

  private static void survives(Predicate<Request> when, Consumer<Toxiproxy> harm) {
    try (World world = World.open().withVersion1();
        Toxiproxy toxic = world.servers().toxic(world.interposer().authority())) {
      AtomicBoolean done = new AtomicBoolean();
      world
          .interposer()
          .restart(
              request ->
                  when.test(request) && !done.getAndSet(true)
                      ? Reaction.late(() -> harm.accept(toxic))
                      : Reaction.FORWARD);
      check(world, world.version2(toxic.authority(), URI.create("http://" + toxic.authority())));
      assertThat(done.get()).isTrue();
    }
  }

  /** Version 2 with an image that takes a while. */
  private static DeployRequest large(World world, Toxiproxy toxic) {
    return world.request(
        toxic.authority(),
        URI.create("http://" + toxic.authority()),
        "2",
        World.WORKFLOWS_2,
        Images.of("2", LARGE));
  }

  private static void check(World world, DeployRequest request) {
    DeployProcess.Result result = DeployProcess.start(request).await(LIMIT_SECONDS);
    Invariants.hold(world, result.output());
    assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
    Invariants.recordIsTrue(world, request);
    Invariants.converge(world, request);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // A failure to heal shows as a failed deployment.
  private static void later(long millis, Runnable action) {
    CompletableFuture.runAsync(
        action, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
  }
}
