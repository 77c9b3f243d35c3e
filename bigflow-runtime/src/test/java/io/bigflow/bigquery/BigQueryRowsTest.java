// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BigQueryRowsTest extends OnFakeBigQuery {

  private static final String COLUMNS =
      """
      [
        {"name": "s", "type": "STRING"}, {"name": "i", "type": "INTEGER"},
        {"name": "f", "type": "FLOAT"}, {"name": "n", "type": "NUMERIC"},
        {"name": "big", "type": "BIGNUMERIC"}, {"name": "b", "type": "BOOLEAN"},
        {"name": "bytes", "type": "BYTES"}, {"name": "ts", "type": "TIMESTAMP"},
        {"name": "d", "type": "DATE"}, {"name": "t", "type": "TIME"},
        {"name": "dt", "type": "DATETIME"}, {"name": "j", "type": "JSON"},
        {"name": "g", "type": "GEOGRAPHY"}, {"name": "iv", "type": "INTERVAL"},
        {"name": "words", "type": "STRING", "mode": "REPEATED"},
        {"name": "port_berth", "type": "RECORD", "fields": [
          {"name": "berth_number", "type": "INTEGER"},
          {"name": "owner", "type": "RECORD", "fields": [{"name": "name", "type": "STRING"}]}]},
        {"name": "berths", "type": "RECORD", "mode": "REPEATED", "fields": [
          {"name": "berth_number", "type": "INTEGER"},
          {"name": "owner", "type": "RECORD", "fields": [{"name": "name", "type": "STRING"}]}]}
      ]
      """;

  private static final String FULL =
      """
      {"f": [{"v": "x"}, {"v": "9223372036854775807"}, {"v": "NaN"}, {"v": "1.25"},
        {"v": "12345678901234567890123456789012345678.123"}, {"v": "true"}, {"v": "AQL/"},
        {"v": "1.767348600123457E9"}, {"v": "2026-01-02"}, {"v": "03:04:05.000006"},
        {"v": "2026-01-02T03:04:05"}, {"v": "{\\"a\\": 1}"}, {"v": "POINT(1 2)"}, {"v": "0-0 1 0:0:0"},
        {"v": [{"v": "a"}, {"v": "b"}]},
        {"v": {"f": [{"v": "7"}, {"v": {"f": [{"v": "Ewa"}]}}]}},
        {"v": [{"v": {"f": [{"v": "1"}, {"v": {"f": [{"v": "Jan"}]}}]}},
               {"v": {"f": [{"v": null}, {"v": null}]}}]}]}
      """;

  private static final String NULLS =
      "{\"f\": [" + "{\"v\": null},".repeat(14) + "{\"v\": []}, {\"v\": null}, {\"v\": []}]}";

  record Owner(String name) {}

  record Berth(@Nullable Integer berthNumber, @Nullable Owner owner) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Row(
      @JsonProperty("s") @Nullable String text,
      @Nullable Long i,
      @Nullable Double f,
      @Nullable BigDecimal n,
      @Nullable BigDecimal big,
      @Nullable Boolean b,
      byte @Nullable [] bytes,
      @Nullable Instant ts,
      @Nullable LocalDate d,
      @Nullable LocalTime t,
      @Nullable LocalDateTime dt,
      List<String> words,
      @Nullable Berth portBerth,
      List<Berth> berths) {}

  @Test
  void aMapHasEveryTypeInTheOrderOfTheColumns() throws Exception {
    bigQuery.result(COLUMNS, FULL, NULLS);
    List<Map<String, @Nullable Object>> rows = dataset.collect("SELECT 1").run(context()).toList();
    Map<String, @Nullable Object> row = rows.get(0);
    assertThat(row.keySet())
        .containsExactly(
            "s",
            "i",
            "f",
            "n",
            "big",
            "b",
            "bytes",
            "ts",
            "d",
            "t",
            "dt",
            "j",
            "g",
            "iv",
            "words",
            "port_berth",
            "berths");
    assertThat(row)
        .containsEntry("s", "x")
        .containsEntry("i", Long.MAX_VALUE)
        .containsEntry("f", Double.NaN)
        .containsEntry("n", new BigDecimal("1.25"))
        .containsEntry("big", new BigDecimal("12345678901234567890123456789012345678.123"))
        .containsEntry("b", true)
        .containsEntry("bytes", new byte[] {1, 2, (byte) 255})
        .containsEntry("ts", Instant.parse("2026-01-02T10:10:00.123457Z"))
        .containsEntry("d", LocalDate.of(2026, 1, 2))
        .containsEntry("t", LocalTime.of(3, 4, 5, 6_000))
        .containsEntry("dt", LocalDateTime.of(2026, 1, 2, 3, 4, 5))
        .containsEntry("j", "{\"a\": 1}")
        .containsEntry("g", "POINT(1 2)")
        .containsEntry("iv", "0-0 1 0:0:0")
        .containsEntry("words", List.of("a", "b"))
        .containsEntry("port_berth", Map.of("berth_number", 7L, "owner", Map.of("name", "Ewa")));
    assertThat(String.valueOf(row.get("berths")))
        .isEqualTo("[{berth_number=1, owner={name=Jan}}, {berth_number=null, owner=null}]");
    assertThat(rows.get(1)).containsEntry("s", null).containsEntry("port_berth", null);
    assertThat(rows.get(1)).containsEntry("words", List.of()).containsEntry("berths", List.of());
  }

  @Test
  void aRecordHasThemToo() throws Exception {
    bigQuery.result(COLUMNS, FULL, NULLS);
    List<Row> rows = dataset.collect("SELECT 1").run(context()).as(Row.class).toList();
    Row row = rows.get(0);
    assertThat(row.text()).isEqualTo("x");
    assertThat(row.i()).isEqualTo(Long.MAX_VALUE);
    assertThat(row.f()).isNaN();
    assertThat(row.n()).isEqualTo("1.25");
    assertThat(row.big()).isEqualTo("12345678901234567890123456789012345678.123");
    assertThat(row.b()).isTrue();
    assertThat(row.bytes()).containsExactly(1, 2, 255);
    assertThat(row.ts()).isEqualTo("2026-01-02T10:10:00.123457Z");
    assertThat(row.d()).isEqualTo("2026-01-02");
    assertThat(row.t()).isEqualTo("03:04:05.000006");
    assertThat(row.dt()).isEqualTo("2026-01-02T03:04:05");
    assertThat(row.words()).containsExactly("a", "b");
    assertThat(row.portBerth()).isEqualTo(new Berth(7, new Owner("Ewa")));
    assertThat(row.berths()).containsExactly(new Berth(1, new Owner("Jan")), new Berth(null, null));
    Row empty = rows.get(1);
    assertThat(empty.text()).isNull();
    assertThat(empty.bytes()).isNull();
    assertThat(empty.portBerth()).isNull();
    assertThat(empty.words()).isEmpty();
  }

  record Port(String portName, double latitude) {}

  record Fleet(List<Hull> hulls) {}

  record Hull(int length) {}

  @Test
  void aRowThatDoesNotFitNamesTheColumn() throws Exception {
    String name = "{\"name\": \"port_name\", \"type\": \"STRING\"}";
    String latitude = "{\"name\": \"latitude\", \"type\": \"FLOAT\"}";
    bigQuery.result("[" + name + "," + latitude + "]", "{\"f\": [{\"v\": \"A\"}, {\"v\": null}]}");
    refuse(Port.class, "Column latitude is NULL, which double cannot hold.");
    bigQuery.result("[" + name + "]", "{\"f\": [{\"v\": \"A\"}]}");
    refuse(Port.class, "Column latitude is missing.");
    bigQuery.result(
        "[" + name + ",{\"name\": \"latitude\", \"type\": \"STRING\"}]",
        "{\"f\": [{\"v\": \"A\"}, {\"v\": \"north\"}]}");
    refuse(Port.class, "column latitude: Cannot deserialize value of type `double`");
    bigQuery.result(
        "[{\"name\": \"hulls\", \"type\": \"RECORD\", \"mode\": \"REPEATED\","
            + " \"fields\": [{\"name\": \"length\", \"type\": \"INTEGER\"}]}]",
        "{\"f\": [{\"v\": [{\"v\": {\"f\": [{\"v\": null}]}}]}]}");
    refuse(Fleet.class, "Column hulls[].length is NULL, which int cannot hold.");
    bigQuery.result(
        "[{\"name\": \"length\", \"type\": \"INTEGER\"}]", "{\"f\": [{\"v\": \"5000000000\"}]}");
    refuse(Hull.class, "column length: Numeric value (5000000000) out of range of int");
  }

  private void refuse(Class<?> type, String message) throws Exception {
    BigQueryRows rows = dataset.collect("SELECT 1").run(context());
    assertThatThrownBy(() -> rows.as(type).toList())
        .isInstanceOf(BigQueryFailure.class)
        .hasMessageContaining("A row does not fit " + type.getName())
        .hasMessageContaining("collect rows from demo.internationalports")
        .hasMessageContaining(message)
        .hasMessageContaining("Its columns: ");
  }

  @Test
  void columnsWithoutAComponentAreLeftOut() throws Exception {
    bigQuery.result(
        "[{\"name\": \"length\", \"type\": \"INTEGER\"}, {\"name\": \"x\", \"type\": \"STRING\"}]",
        "{\"f\": [{\"v\": \"5\"}, {\"v\": \"y\"}]}");
    assertThat(dataset.collect("SELECT 1").run(context()).as(Hull.class))
        .containsExactly(new Hull(5));
  }

  private void manyRows(long count) {
    bigQuery.columns = "[{\"name\": \"x\", \"type\": \"INTEGER\"}]";
    bigQuery.rowCount = count;
    bigQuery.rows = index -> "{\"f\":[{\"v\":\"" + index + "\"}]}";
  }

  @Test
  void pagesAreFetchedWhenTheyAreNeeded() throws Exception {
    manyRows(25_000);
    BigQueryRows rows = dataset.collect("SELECT 1").run(context());
    assertThat(pages()).isZero();
    assertThat(rows.count()).isEqualTo(25_000);
    assertThat(bigQuery.count("/data\\?.*maxResults=1(&|$)")).isEqualTo(1);
    bigQuery.requests.clear();
    Iterator<Map<String, @Nullable Object>> iterator = rows.iterator();
    for (long i = 0; i < 10_000; i++) {
      assertThat(iterator.next()).containsEntry("x", i);
    }
    assertThat(pages()).isEqualTo(1);
    assertThat(iterator.next()).containsEntry("x", 10_000L);
    assertThat(pages()).isEqualTo(2);

    bigQuery.requests.clear();
    assertThat(rows.stream().mapToLong(row -> (Long) row.get("x")).sum())
        .isEqualTo(25_000L * 24_999 / 2);
    assertThat(pages()).isEqualTo(3);
    assertThat(rows).hasToString("rows of: collect rows from demo.internationalports");
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @Test
  void peekAsksForNoMoreThanItShows() throws Exception {
    manyRows(25_000);
    BigQueryStatement write = dataset.writeTruncate("ports", "SELECT @a").parameter("a", 1);
    assertThat(write.peek(3).run(context()))
        .extracting(row -> row.get("x"))
        .containsExactly(0L, 1L, 2L);
    assertThat(bigQuery.count("/data\\?.*maxResults=3(&|$)")).isEqualTo(1);
    assertThat(pages()).isEqualTo(1);
    assertThat(configuration().at("/query").has("destinationTable")).isFalse();
    assertThat(configuration().at("/query/queryParameters")).hasSize(1);
    assertThatThrownBy(() -> dataset.execute("DELETE FROM ports WHERE TRUE").peek(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("be looked at, not: run a statement in demo.internationalports");
    assertThatThrownBy(() -> write.peek(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private long pages() {
    return bigQuery.count("/data\\?");
  }

  @Test
  void eachRowIsGivenToTheConsumer() throws Exception {
    manyRows(3);
    List<Long> seen = new ArrayList<>();
    assertThat(
            dataset
                .collect("SELECT 1")
                .forEach(row -> seen.add((Long) row.get("x")))
                .run(context()))
        .isEqualTo(3);
    assertThat(seen).containsExactly(0L, 1L, 2L);
    BigQueryOperation<Long> failing =
        dataset
            .collect("SELECT 1")
            .forEach(
                Map.class,
                row -> {
                  if (Integer.valueOf(1).equals(row.get("x"))
                      || Long.valueOf(1).equals(row.get("x"))) {
                    throw new java.io.IOException("disk full");
                  }
                });
    assertThatThrownBy(() -> failing.run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("Row 2 failed")
        .hasMessageContaining("disk full");
  }

  @Test
  void aStoppedJobStopsReading() throws Exception {
    manyRows(1_000_000_000);
    CountDownLatch reading = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    BigQueryOperation<Long> operation =
        dataset.collect("SELECT 1").forEach(row -> reading.countDown());
    Thread worker =
        new Thread(
            () -> {
              try {
                operation.run(context());
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    worker.start();
    assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
    worker.interrupt();
    worker.join(20_000);
    assertThat(worker.isAlive()).isFalse();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }
}
