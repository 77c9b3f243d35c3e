// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a query costs, and that it costs no more. */
class BigQueryBudgetTest extends OnFakeBigQuery {

  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  @ParameterizedTest
  @CsvSource({
    "0, 0 B, 0.00",
    "1, 1 B, 0.01",
    "1023, 1023 B, 0.01",
    "1024, 1.0 KiB, 0.01",
    "1610612736, 1.5 GiB, 0.01",
    "1759218604, 1.6 GiB, 0.01",
    "1759218605, 1.6 GiB, 0.02",
    "1099511627776, 1.0 TiB, 6.25",
    "1099511627777, 1.0 TiB, 6.26",
    "9223372036854775807, 8.0 EiB, 52428800.00",
  })
  void aPriceIsRoundedUp(long bytes, String size, BigDecimal dollars) {
    assertThat(new BigQueryEstimate(bytes).dollars()).isEqualTo(dollars);
    assertThat(new BigQueryEstimate(bytes))
        .hasToString(size + ", at most " + dollars + " USD on demand");
  }

  @Test
  void anotherRegionHasAnotherPrice() {
    assertThat(new BigQueryEstimate(TIB / 2).dollars(new BigDecimal("7.50"))).isEqualTo("3.75");
  }

  @Test
  void aDryRunWritesNothing() throws Exception {
    bigQuery.estimate = 3 * MIB;
    BigQueryStatement write =
        dataset.writeTruncate("ports", "SELECT @a, '{dt}' FROM `{ports}`").parameter("a", 1);
    assertThat(write.dryRun().run(context())).isEqualTo(new BigQueryEstimate(3 * MIB));
    assertThat(dataset.dryRun("SELECT 1").run(context()).bytes()).isEqualTo(3 * MIB);
    assertThat(dataset.collect("SELECT 1").dryRun().run(context()).bytes()).isEqualTo(3 * MIB);
    assertThat(bigQuery.inserted).isEmpty();
    assertThat(bigQuery.dryRuns).hasSize(3);
    assertThat(bigQuery.dryRuns.get(0).at("/configuration/query/query").asText())
        .isEqualTo("SELECT @a, '2025-12-31 23:30:00' FROM `demo.internationalports.ports`");
    assertThat(bigQuery.dryRuns.get(0).at("/configuration/query/queryParameters")).hasSize(1);
    // Without it BigQuery would look for the dataset in the US.
    assertThat(bigQuery.dryRuns.get(0).at("/jobReference/location").asText()).isEqualTo("EU");
  }

  @Test
  void whatWouldReadTooMuchDoesNotRun() {
    bigQuery.estimate = 2 * MIB;
    for (BigQueryOperation<?> operation :
        List.of(
            dataset.writeTruncate("ports", "SELECT 1").budget(2 * MIB - 1),
            dataset.collect("SELECT 1").budget(2 * MIB - 1),
            dataset.collect("SELECT 1").budget(2 * MIB - 1).forEach(row -> {}))) {
      assertThatThrownBy(() -> operation.run(context()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Cannot "
                  + operation
                  + ": the query would read 2.0 MiB, at most 0.01 USD on demand, but its budget is"
                  + " 2.0 MiB. Read less (fewer columns, fewer partitions), or raise the budget.");
    }
    assertThat(bigQuery.inserted).isEmpty();
    assertThat(bigQuery.dryRuns).hasSize(3);
  }

  @Test
  void bigQueryGuardsTheBudgetToo() throws Exception {
    bigQuery.estimate = 2 * MIB;
    bigQuery.referencedTables = 3;
    dataset.writeTruncate("ports", "SELECT 1").budget(2 * MIB).run(context());
    assertThat(bigQuery.dryRuns).hasSize(1);
    assertThat(bigQuery.inserted).hasSize(1);
    // It bills 10 MiB for each table at least.
    assertThat(configuration().at("/query/maximumBytesBilled").asLong()).isEqualTo(32 * MIB);
    bigQuery.referencedTables = 0;
    dataset.collect("SELECT 1").budget(Long.MAX_VALUE).run(context());
    assertThat(configuration().at("/query/maximumBytesBilled").asLong()).isEqualTo(Long.MAX_VALUE);
    dataset.writeTruncate("ports", "SELECT 1").run(context());
    assertThat(configuration().at("/query").has("maximumBytesBilled")).isFalse();
    assertThat(bigQuery.dryRuns).hasSize(2);
    assertThatThrownBy(() -> dataset.collect("SELECT 1").budget(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("A budget of 0 bytes lets nothing run.");
  }

  @Test
  void aDryRunShowsWrongSql() {
    bigQuery.refusal = 400;
    assertThatThrownBy(() -> dataset.dryRun("SELEC 1").run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessage(
            "Cannot collect rows from demo.internationalports: planned invalidQuery"
                + " (invalidQuery).");
  }

  @Test
  void aTableExpiresSoLongAfterItWasWritten() throws Exception {
    bigQuery.addTable("ports", "{\"lastModifiedTime\": \"1767225600000\"}");
    dataset.writeTemporary("ports", "SELECT 1").expiresAfter(Duration.ofHours(2)).run(context());
    assertThat(configuration().at("/query/createDisposition").asText())
        .isEqualTo("CREATE_IF_NEEDED");
    assertThat(bigQuery.updates).hasSize(1);
    assertThat(bigQuery.updates.get(0).path("expirationTime").asLong())
        .isEqualTo(1767225600000L + 7_200_000);
    assertThatThrownBy(() -> dataset.execute("SELECT 1").expiresAfter(Duration.ofHours(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("write can expire, not: run a statement");
  }
}
