// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BigQuerySensorTest extends OnFakeBigQuery {

  private static final Duration SHORT = Duration.ofMillis(5);

  private void answer(String type, String... values) {
    String[] rows = new String[values.length];
    for (int i = 0; i < values.length; i++) {
      rows[i] = "{\"f\": [{\"v\": " + values[i] + "}]}";
    }
    bigQuery.result("[{\"name\": \"ready\", \"type\": \"" + type + "\"}]", rows);
  }

  @Test
  void itLooksUntilItIsTrue() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    answer("BOOLEAN", "false");
    bigQuery.rows = index -> "{\"f\": [{\"v\": \"" + (looks.incrementAndGet() == 3) + "\"}]}";
    assertThat(dataset.waitUntil("SELECT TRUE").every(SHORT).run(context())).isEqualTo(3);
    assertThat(bigQuery.inserted).hasSize(3);
  }

  @Test
  void eachLookIsAQueryOfItsOwn() throws Exception {
    // A sensor may look for days: earlier looks must not be asked for, and there is no last number.
    answer("BOOLEAN", "\"true\"");
    BigQuerySensor sensor = dataset.waitForRows("ports", "date(a) = date('{dt}')");
    for (int i = 0; i < 5; i++) {
      sensor.run(context());
    }
    assertThat(bigQuery.inserted)
        .extracting(job -> job.at("/jobReference/jobId").asText())
        .doesNotHaveDuplicates()
        .hasSize(5);
    assertThat(bigQuery.requests).hasSize(5 * 4);
    assertThat(configuration().at("/query/query").asText())
        .isEqualTo(
            "SELECT EXISTS (SELECT 1 FROM `demo.internationalports.ports` WHERE date(a) ="
                + " date('2025-12-31 23:30:00'))");
  }

  @Test
  void itLooksOnceMoreWhenTheTimeIsOver() {
    assertThatThrownBy(
            () ->
                dataset
                    .waitForTable("ports")
                    .every(Duration.ofHours(1))
                    .timeout(Duration.ofMillis(300))
                    .run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessage(
            "Cannot wait for table demo.internationalports.ports: it did not come true within"
                + " PT0.3S, looked at 2 times. Find out why it is late, or give the sensor a longer"
                + " timeout.");
    assertThat(bigQuery.requests).hasSize(2);
  }

  @Test
  void aTableThatIsThereIsFoundAtOnce() throws Exception {
    assertThat(dataset.tableExists("ports").run(context())).isFalse();
    bigQuery.addTable("ports", "{}");
    assertThat(dataset.tableExists("ports").run(context())).isTrue();
    assertThat(dataset.waitForTable("ports").run(context())).isEqualTo(1);
    // To look for a table makes neither it nor the dataset.
    bigQuery.datasets.clear();
    assertThat(dataset.tableExists("ports").run(context())).isFalse();
    assertThat(bigQuery.created).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "INTEGER, '\"1\"', a row with ready",
    "BOOLEAN, null, a row with ready",
    "BOOLEAN, , no row",
    "BOOLEAN, '\"true\",\"true\"', several rows with ready"
  })
  void anythingButOneBoolIsRefused(String type, @Nullable String values, String what) {
    answer(type, values == null ? new String[0] : values.split(",", -1));
    assertThatThrownBy(() -> dataset.waitUntil("SELECT 1").run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot wait for a condition in demo.internationalports: its query must have one row"
                + " with one column of type BOOL that is not NULL, but has "
                + what
                + ".");
  }

  @Test
  void timesMustBePositive() {
    BigQuerySensor sensor = dataset.waitUntil("SELECT TRUE");
    assertThatThrownBy(() -> sensor.every(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The interval of a sensor is PT0S.");
    assertThatThrownBy(() -> sensor.timeout(Duration.ofSeconds(-1)))
        .hasMessageContaining("The timeout of a sensor is PT-1S.");
  }

  @Test
  void aStoppedJobStopsWaiting() throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread worker =
        new Thread(
            () -> {
              cancellation.begin();
              try {
                dataset.waitForTable("ports").execute(context());
              } catch (Exception e) {
                thrown.set(e);
              } finally {
                cancellation.end();
              }
            });
    worker.start();
    while (bigQuery.requests.isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(cancellation.cancel(Duration.ofSeconds(20))).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  private void newest(String time) {
    bigQuery.result(
        "[{\"name\": \"newest\", \"type\": \"TIMESTAMP\"}, {\"name\": \"now\", \"type\": \"TIMESTAMP\"}]",
        "{\"f\": [{\"v\": " + time + "}, {\"v\": \"1.7673486E9\"}]}");
  }

  @Test
  void aTableIsFreshIfItsNewestRowIs() throws Exception {
    BigQueryOperation<Instant> fresh =
        dataset
            .externalTable("offers", "other.scorer.offers")
            .requireFresh("offers", "seen_at", Duration.ofHours(1));
    newest("\"1.7673450E9\"");
    assertThat(fresh.run(context())).isEqualTo("2026-01-02T09:10:00Z");
    assertThat(configuration().at("/query/query").asText())
        .isEqualTo(
            "SELECT CAST(MAX(`seen_at`) AS TIMESTAMP) AS newest, CURRENT_TIMESTAMP() AS now FROM"
                + " `other.scorer.offers`");
    newest("\"1.7673449E9\"");
    assertThatThrownBy(() -> fresh.run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessage(
            "Cannot find fresh rows of offers in demo.internationalports: the newest has seen_at ="
                + " 2026-01-02T09:08:20Z, which is 61 minutes ago; 60 minutes are allowed.");
    newest("null");
    assertThatThrownBy(() -> fresh.run(context())).hasMessageContaining("there is no row at all");
    assertThatThrownBy(() -> dataset.requireFresh("ports", "a`", Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dataset.requireFresh("prots", "a", Duration.ofHours(1)))
        .hasMessageContaining("{prots}");
  }
}
