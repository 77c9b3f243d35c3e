// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** Goes through the rows of a query in a JVM of its own, and prints how many and their sum. */
final class LargeCollect {

  record Port(long id, String portName, double latitude) {}

  private LargeCollect() {}

  /**
   * Reads.
   *
   * @param arguments the address of BigQuery, and {@code maps} or {@code records}
   */
  public static void main(String[] arguments) throws Exception {
    RunContext context =
        new RunContext(
            "large",
            "collect",
            ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
            "dev",
            arguments[1],
            Map.of(),
            EnvironmentConfig.builder("dev")
                .override(BigQueryOperation.ENDPOINT_KEY, arguments[0])
                .build(),
            null,
            new Cancellation());
    BigQueryCollect collect = BigQueryDataset.of("demo", "internationalports").collect("SELECT 1");
    AtomicLong count = new AtomicLong();
    AtomicLong sum = new AtomicLong();
    if (arguments[1].equals("maps")) {
      count.set(
          collect
              .forEach(row -> sum.addAndGet(Objects.requireNonNull((Long) row.get("id"))))
              .run(context));
    } else {
      collect
          .run(context)
          .as(Port.class)
          .forEach(
              port -> {
                count.incrementAndGet();
                sum.addAndGet(port.id());
              });
    }
    System.out.println(
        count + " " + sum + " heap " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
  }
}
