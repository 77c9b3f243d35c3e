// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cloud Storage and a registry: real ones that the environment names, or the fakes of this process.
 *
 * <p>Variables: {@code BIGFLOW_TEST_GCS=http://127.0.0.1:4443}, {@code
 * BIGFLOW_TEST_REGISTRY=127.0.0.1:5000}, {@code BIGFLOW_TEST_TOXIPROXY=http://127.0.0.1:8474}.
 */
final class Servers implements AutoCloseable {

  /** The variable that is set if real servers are there. */
  static final String VARIABLE = "BIGFLOW_TEST_REGISTRY";

  private final URI gcs;
  private final String registry;
  private final @Nullable URI toxiproxy;
  private final Runnable end;

  private Servers(URI gcs, String registry, @Nullable URI toxiproxy, Runnable end) {
    this.gcs = gcs;
    this.registry = registry;
    this.toxiproxy = toxiproxy;
    this.end = end;
  }

  /** Whether the environment names real servers. */
  static boolean areReal() {
    return System.getenv(VARIABLE) != null;
  }

  /** Real servers if there are any, else fakes. */
  static Servers open() {
    return areReal() ? real() : fakes();
  }

  /** The real servers. */
  static Servers real() {
    return new Servers(
        URI.create(Objects.requireNonNull(System.getenv("BIGFLOW_TEST_GCS"), "BIGFLOW_TEST_GCS")),
        Objects.requireNonNull(System.getenv(VARIABLE), VARIABLE),
        Optional.ofNullable(System.getenv("BIGFLOW_TEST_TOXIPROXY")).map(URI::create).orElse(null),
        () -> {});
  }

  /** Servers of this process. */
  static Servers fakes() {
    FakeGcs gcs = FakeGcs.start();
    FakeRegistry registry = FakeRegistry.start();
    return new Servers(
        gcs.endpoint(),
        registry.host(),
        null,
        () -> {
          gcs.close();
          registry.close();
        });
  }

  /** Where Cloud Storage listens. */
  URI gcs() {
    return gcs;
  }

  /** Host and port of the registry. */
  String registry() {
    return registry;
  }

  /**
   * A proxy that harms connections.
   *
   * @param upstream host and port that connections go to
   */
  Toxiproxy toxic(String upstream) {
    return Toxiproxy.before(Objects.requireNonNull(toxiproxy, "BIGFLOW_TEST_TOXIPROXY"), upstream);
  }

  @Override
  public void close() {
    end.run();
  }
}
