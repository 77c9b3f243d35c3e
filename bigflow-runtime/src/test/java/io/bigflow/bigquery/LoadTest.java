// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.CsvOptions;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadTest extends OnFakeBigQuery {

  @TempDir private Path folder = Path.of("");

  record Berth(int number, boolean free) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Port(
      String portName,
      double latitude,
      @Nullable String country,
      Instant seenAt,
      LocalDate day,
      LocalDateTime local,
      byte[] flag,
      List<Berth> berths) {}

  @Test
  void objectsAreUploadedAsALineOfJsonEach() throws Exception {
    Port gdynia =
        new Port(
            "GDYNIA \"1\"\n",
            54.53,
            null,
            Instant.parse("2026-01-01T10:00:00.123456Z"),
            LocalDate.of(2026, 1, 2),
            LocalDateTime.of(2026, 1, 2, 3, 4, 5),
            new byte[] {1, 2, (byte) 255},
            List.of(new Berth(1, true), new Berth(2, false)));
    BigQueryStatistics statistics =
        dataset.insert("ports", List.of(gdynia, Map.of("port_name", "HEL"))).run(context());
    assertThat(bigQuery.uploaded)
        .containsExactly(
            "{\"berths\":[{\"free\":true,\"number\":1},{\"free\":false,\"number\":2}],"
                + "\"country\":null,\"day\":\"2026-01-02\",\"flag\":\"AQL/\",\"latitude\":54.53,"
                + "\"local\":\"2026-01-02T03:04:05\",\"port_name\":\"GDYNIA \\\"1\\\"\\n\","
                + "\"seen_at\":\"2026-01-01T10:00:00.123456Z\"}\n{\"port_name\":\"HEL\"}");
    assertThat(configuration().at("/load/sourceFormat").asText())
        .isEqualTo("NEWLINE_DELIMITED_JSON");
    assertThat(configuration().at("/load/createDisposition").asText()).isEqualTo("CREATE_NEVER");
    assertThat(configuration().at("/load/writeDisposition").asText()).isEqualTo("WRITE_APPEND");
    assertThat(configuration().at("/load/destinationTable/tableId").asText()).isEqualTo("ports");
    assertThat(configuration().at("/labels/bigflow-workflow").asText()).isEqualTo("ports");
    assertThat(statistics.rows()).isEqualTo(3);
    assertThat(statistics.bytesProcessed()).isEqualTo(99);
    assertThat(statistics.bytesBilled()).isZero();
  }

  @Test
  void numbersThatADoubleCannotHoldAreText() throws Exception {
    dataset
        .insert(
            "ports",
            List.of(
                Map.of("a", 9007199254740991L, "b", -9007199254740992L),
                Map.of(
                    "a", new BigDecimal("0.1"), "b", new BigDecimal("12345678901234567.123456789")),
                Map.of("a", BigInteger.TEN, "b", BigInteger.TEN.pow(30)),
                Map.of("a", new BigDecimal("1E+5"))))
        .run(context());
    assertThat(bigQuery.uploaded)
        .containsExactly(
            """
            {"a":9007199254740991,"b":"-9007199254740992"}
            {"a":0.1,"b":"12345678901234567.123456789"}
            {"a":10,"b":"1000000000000000000000000000000"}
            {"a":100000}""");
  }

  @Test
  void filesAreUploadedAsTheyAre() throws Exception {
    Path file = Files.writeString(folder.resolve("ports.csv"), "name;land\nŁEBA;POL\n");
    CsvOptions csv = CsvOptions.newBuilder().setSkipLeadingRows(1).setFieldDelimiter(";").build();
    dataset.load("ports", csv, file.toString()).run(context());
    assertThat(bigQuery.uploaded).containsExactly("name;land\nŁEBA;POL\n");
    assertThat(configuration().at("/load/sourceFormat").asText()).isEqualTo("CSV");
    assertThat(configuration().at("/load/fieldDelimiter").asText()).isEqualTo(";");
    assertThat(configuration().at("/load/skipLeadingRows").asInt()).isEqualTo(1);
    assertThat(file).exists();

    dataset.load("ports", FormatOptions.csv(), "classpath:bigquery/ports.csv").run(context());
    assertThat(bigQuery.uploaded.get(1)).contains("GDYNIA").contains("TEXAS");
  }

  @Test
  void filesThatAreNotThereAreNamed() {
    assertThatThrownBy(() -> dataset.load("ports", FormatOptions.csv(), "nope.csv").run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("There is no file 'nope.csv' to load.");
    assertThatThrownBy(
            () -> dataset.load("ports", FormatOptions.csv(), "classpath:nope.csv").run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("There is no file 'nope.csv' on the class path.");
    assertThat(bigQuery.requests).isEmpty();
  }

  @Test
  void noFileIsLeftBehind() throws Exception {
    List<Path> before = temporary();
    dataset.insert("ports", List.of(Map.of("a", 1))).run(context());
    dataset.load("ports", FormatOptions.csv(), "classpath:bigquery/ports.csv").run(context());
    Iterable<Object> broken =
        () -> {
          throw new IllegalStateException("no rows");
        };
    assertThatThrownBy(() -> dataset.insert("ports", broken).run(context())).hasMessage("no rows");
    assertThat(temporary()).isEqualTo(before);
  }

  private static List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("bigflow-load"))
          .sorted()
          .toList();
    }
  }

  @Test
  void objectsInCloudStorageAreReadByBigQueryItself() throws Exception {
    dataset
        .load("ports", FormatOptions.avro(), "gs://bucket/a/*.avro", "gs://bucket/b.avro")
        .run(context());
    assertThat(configuration().at("/load/sourceUris"))
        .extracting(uri -> uri.asText())
        .containsExactly("gs://bucket/a/*.avro", "gs://bucket/b.avro");
    assertThat(configuration().at("/load/sourceFormat").asText()).isEqualTo("AVRO");
    assertThat(configuration().at("/load/createDisposition").asText()).isEqualTo("CREATE_NEVER");
    assertThat(bigQuery.uploaded).isEmpty();
    dataset.load("ports", FormatOptions.parquet(), "gs://bucket/c").run(context());
    assertThat(configuration().at("/load/sourceFormat").asText()).isEqualTo("PARQUET");
    dataset.load("ports", FormatOptions.json(), "gs://bucket/d").run(context());
    assertThat(configuration().at("/load/sourceFormat").asText())
        .isEqualTo("NEWLINE_DELIMITED_JSON");
  }

  @Test
  void sourcesOfSeveralKindsAreRefused() {
    for (String[] sources :
        List.of(
            new String[] {"gs://b/o", "local.csv"},
            new String[] {"a.csv", "b.csv"},
            new String[] {"classpath:a.csv", "classpath:b.csv"},
            new String[0])) {
      assertThatThrownBy(() -> dataset.load("ports", FormatOptions.csv(), sources))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Cannot load "
                  + List.of(sources)
                  + ": give objects in Cloud Storage (gs://…), or exactly one other file.");
    }
    assertThatThrownBy(() -> dataset.load("prots", FormatOptions.csv(), "gs://b/o"))
        .hasMessageContaining("Table 'prots' is not declared");
  }

  @Test
  void withoutARowThereIsNothingToDo() throws Exception {
    assertThat(dataset.insert("ports", List.of()).run(context()))
        .isEqualTo(new BigQueryStatistics("", 0, 0, 0, 0));
    assertThat(bigQuery.inserted).isEmpty();
    Path empty = Files.createFile(folder.resolve("empty.csv"));
    dataset.load("ports", FormatOptions.csv(), empty.toString()).run(context());
    assertThat(bigQuery.inserted).isEmpty();
  }

  @Test
  void withoutARowATruncatedTableIsEmpty() throws Exception {
    BigQueryLoad load = dataset.insert("ports", List.of()).truncate();
    assertThatThrownBy(() -> load.run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("load table demo.internationalports.ports: there is no such table");
    bigQuery.addTable("ports", "{}");
    bigQuery.addTable("ports$20251231", "{}");
    load.run(context());
    assertThat(configuration().at("/query/query").asText())
        .isEqualTo("TRUNCATE TABLE `demo.internationalports.ports`");
    load.partition(TimePartitioning.Type.DAY).run(context());
    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.tables).containsOnlyKeys("ports");
  }

  @Test
  void aLostAnswerToTheUploadFindsTheJob() throws Exception {
    bigQuery.faults.add(FakeBigQuery.Fault.lost("PUT /upload", 0, 99));
    dataset.insert("ports", List.of(Map.of("a", 1))).run(hasty(dataset, context()));
    assertThat(bigQuery.uploaded).hasSize(1);
    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.count("PUT /upload")).isGreaterThan(1);
  }

  @Test
  void aServerErrorDuringTheUploadIsPassedOver() throws Exception {
    bigQuery.faults.add(FakeBigQuery.Fault.refused("POST /upload", 503, "backendError", 2));
    bigQuery.faults.add(FakeBigQuery.Fault.refused("PUT /upload", 503, "backendError", 2));
    dataset.insert("ports", List.of(Map.of("a", 1))).run(hasty(dataset, context()));
    assertThat(bigQuery.uploaded).containsExactly("{\"a\":1}");
  }

  @Test
  void anUploadThatBreaksOffLoadsNothing() throws Exception {
    // More than the client sends at a time, so that something has arrived when it breaks.
    Path file = folder.resolve("large.csv");
    Files.write(file, new byte[33 << 20]);
    FakeBigQuery.Fault fault = FakeBigQuery.Fault.refused("PUT /upload", 403, "forbidden", 99);
    bigQuery.faults.add(fault);
    assertThatThrownBy(
            () ->
                dataset
                    .load("ports", FormatOptions.csv(), file.toString())
                    .run(hasty(dataset, context())))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("Cannot load table demo.internationalports.ports")
        .hasMessageContaining("forbidden");
    assertThat(bigQuery.count("PUT /upload")).isEqualTo(1);
    assertThat(bigQuery.inserted).isEmpty();

    bigQuery.faults.clear();
    dataset.load("ports", FormatOptions.csv(), file.toString()).run(context());
    assertThat(bigQuery.count("PUT /upload")).isEqualTo(4);
    assertThat(bigQuery.uploaded.get(0)).hasSize(33 << 20);
  }

  @Test
  void rowsThatCannotBeLoadedAreNamed() {
    bigQuery.failure =
        "Error while reading data, error message: CSV table encountered too many errors, giving"
            + " up. Rows: 9; errors: 5. Please look into the errors[] collection for more details.";
    bigQuery.failureReason = "invalid";
    bigQuery.failureDetails =
        List.of(
            "Could not parse 'x' as INT64 for field age (position 1) starting at location 12",
            "Could not parse 'y' as INT64 for field age (position 1) starting at location 24.",
            "Too many values in row starting at position: 36",
            "four",
            "five");
    assertThatThrownBy(
            () -> dataset.load("ports", FormatOptions.csv(), "gs://b/ports.csv").run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageMatching(
            "(?s)Cannot load table demo\\.internationalports\\.ports: Error while reading data.*"
                + "for more details \\(invalid in query\\)\\.\n"
                + "  1\\. gs://b/ports\\.csv: Could not parse 'x' as INT64 for field age \\(position"
                + " 1\\) starting at location 12\\.\n"
                + "  2\\. gs://b/ports\\.csv: Could not parse 'y' as INT64 for field age \\(position"
                + " 1\\) starting at location 24\\.\n"
                + "  3\\. gs://b/ports\\.csv: Too many values in row starting at position: 36\\.\n"
                + "  … and 2 more\\.\n"
                + "BigQuery job: https://console.*");
  }
}
