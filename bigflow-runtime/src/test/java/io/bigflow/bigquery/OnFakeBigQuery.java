// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.cloud.ServiceOptions;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.workflow.JobContext;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Tests whose operations talk to a {@link FakeBigQuery}. */
@Timeout(60)
abstract class OnFakeBigQuery {

  /** 00:30 in Warsaw, where it is the next hour, day, month and year already. */
  static final ZonedDateTime RUNTIME = ZonedDateTime.of(2025, 12, 31, 23, 30, 0, 0, ZoneOffset.UTC);

  final BigQueryDataset dataset =
      BigQueryDataset.of("demo", "internationalports").tables("ports", "polish_ports");
  final FakeBigQuery bigQuery = new FakeBigQuery();
  final Cancellation cancellation = new Cancellation();

  @BeforeEach
  void haveDataset() {
    bigQuery.datasets.put("internationalports", "EU");
    bigQuery.pollsUntilDone = -1;
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  final JobContext context() {
    return context("run");
  }

  final JobContext context(String run) {
    return context("Ports.Load", run, bigQuery.endpoint());
  }

  final JobContext context(String job, String run, String endpoint) {
    return new RunContext(
        "ports",
        job,
        RUNTIME.withZoneSameInstant(ZoneId.of("Europe/Warsaw")),
        "dev",
        run,
        Map.of(),
        EnvironmentConfig.builder("dev").override(BigQueryOperation.ENDPOINT_KEY, endpoint).build(),
        null,
        cancellation);
  }

  /** A session whose client repeats requests without the pauses of the real one. */
  final BigQuerySession hasty(BigQueryDataset of, JobContext context) {
    return new BigQuerySession(
        BigQueryClient.options(context, of)
            .setRetrySettings(
                ServiceOptions.getDefaultRetrySettings().toBuilder()
                    .setInitialRetryDelayDuration(Duration.ofMillis(1))
                    .setMaxRetryDelayDuration(Duration.ofMillis(2))
                    .build())
            .build()
            .getService(),
        of,
        context);
  }

  /** The configuration of the job that was inserted last. */
  final JsonNode configuration() {
    return bigQuery.inserted.get(bigQuery.inserted.size() - 1).path("configuration");
  }
}
