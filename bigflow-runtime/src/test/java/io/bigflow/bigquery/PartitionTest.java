// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.TimePartitioning;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written to, and waited for, is the partition of the runtime in UTC. */
class PartitionTest extends OnFakeBigQuery {

  @ParameterizedTest
  @CsvSource({
    "HOUR, ports$2025123123",
    "DAY, ports$20251231",
    "MONTH, ports$202512",
    "YEAR, ports$2025"
  })
  void everyWriteHasThePartitionOfTheRuntime(TimePartitioning.Type length, String table)
      throws Exception {
    dataset.writeTruncate("ports", "SELECT 1").partition(length).run(context());
    assertThat(configuration().at("/query/destinationTable/tableId").asText()).isEqualTo(table);
    assertThat(configuration().at("/query/writeDisposition").asText()).isEqualTo("WRITE_TRUNCATE");
    assertThat(configuration().at("/query/createDisposition").asText()).isEqualTo("CREATE_NEVER");

    dataset.writeAppend("ports", "SELECT 1").partition(length).run(context());
    assertThat(configuration().at("/query/destinationTable/tableId").asText()).isEqualTo(table);
    assertThat(configuration().at("/query/writeDisposition").asText()).isEqualTo("WRITE_APPEND");
    assertThat(configuration().at("/query/createDisposition").asText()).isEqualTo("CREATE_NEVER");

    BigQueryLoad load = dataset.load("ports", FormatOptions.avro(), "gs://b/o").partition(length);
    load.run(context());
    assertThat(configuration().at("/load/destinationTable/tableId").asText()).isEqualTo(table);
    assertThat(configuration().at("/load/writeDisposition").asText()).isEqualTo("WRITE_APPEND");
    load.truncate().run(context());
    assertThat(configuration().at("/load/destinationTable/tableId").asText()).isEqualTo(table);
    assertThat(configuration().at("/load/writeDisposition").asText()).isEqualTo("WRITE_TRUNCATE");

    dataset.insert("ports", List.of(Map.of("a", 1))).partition(length).truncate().run(context());
    assertThat(configuration().at("/load/destinationTable/tableId").asText()).isEqualTo(table);
    assertThat(configuration().at("/load/writeDisposition").asText()).isEqualTo("WRITE_TRUNCATE");
    assertThat(bigQuery.inserted).hasSize(5);
  }

  @Test
  void aStatementWithoutATargetHasNoPartition() {
    assertThatThrownBy(() -> dataset.execute("SELECT 1").partition(TimePartitioning.Type.DAY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Only what writeTruncate, writeAppend and writeTemporary write can")
        .hasMessageContaining("run a statement in demo.internationalports");
  }

  @Test
  void theSensorLooksForRowsInThePartition() throws Exception {
    bigQuery.addTable("ports", "{\"numRows\": \"7\"}");
    BigQuerySensor sensor =
        dataset
            .waitForPartition("ports", TimePartitioning.Type.DAY)
            .every(Duration.ofMillis(10))
            .timeout(Duration.ofMillis(60));
    assertThatThrownBy(() -> sensor.run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("wait for a partition of table demo.internationalports.ports");
    bigQuery.addTable("ports$20251231", "{\"numRows\": \"0\"}");
    assertThatThrownBy(() -> sensor.run(context())).hasMessageContaining("within PT0.06S");
    bigQuery.addTable("ports$20251231", "{\"numRows\": \"1\"}");
    assertThat(sensor.run(context())).isEqualTo(1);
    assertThat(bigQuery.requests)
        .allMatch(
            request ->
                request.matches(
                    "GET .*/datasets/internationalports/tables/ports(\\$|%24)20251231\\?.*"));
    assertThat(bigQuery.inserted).isEmpty();
  }
}
