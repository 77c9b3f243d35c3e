// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.CsvOptions;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** All operations on goccy/bigquery-emulator, whose program is {@code BIGFLOW_TEST_BIGQUERY}. */
@EnabledIfEnvironmentVariable(named = BigQueryEmulator.VARIABLE, matches = ".+")
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class BigQueryOnServerTest {

  private static final ZonedDateTime RUNTIME =
      ZonedDateTime.of(2026, 1, 2, 10, 30, 0, 0, ZoneOffset.UTC);

  private final BigQueryDataset dataset =
      BigQueryDataset.of(BigQueryEmulator.PROJECT, "internationalports")
          .tables("ports", "polish_ports");
  private BigQueryEmulator emulator;
  private int runs;

  record Port(
      String portName, @Nullable Double portLatitude, String country, @Nullable Instant seenAt) {}

  @BeforeEach
  void startAndCreateTables() throws Exception {
    emulator = BigQueryEmulator.start();
    assertThat(dataset.createTable("ports", schema()).run(context())).isTrue();
    assertThat(dataset.createTable("ports", schema()).run(context())).isFalse();
    dataset.createTable("polish_ports", schema()).run(context());
  }

  @AfterEach
  void deleteDataset() throws Exception {
    assertThat(dataset.deleteDataset().run(context())).isTrue();
    assertThat(dataset.deleteDataset().run(context())).isFalse();
    emulator.close();
  }

  @Test
  void insertsRecordsOncePerRun() throws Exception {
    BigQueryLoad insert = dataset.insert("ports", ports());
    JobContext run = context();
    assertThat(insert.run(run).jobId()).isEqualTo(insert.run(run).jobId());
    assertThat(all("ports")).containsExactlyElementsOf(ports());

    insert.run(context());
    assertThat(all("ports")).hasSize(2 * ports().size());
    insert.truncate().run(context());
    insert.truncate().run(context());
    assertThat(all("ports")).containsExactlyElementsOf(ports());
  }

  @Test
  void insertsMaps() throws Exception {
    dataset
        .insert("ports", List.of(Map.of("port_name", "ŁEBA \"1\"\n", "country", "POL")))
        .run(context());
    assertThat(all("ports")).containsExactly(new Port("ŁEBA \"1\"\n", null, "POL", null));
  }

  @Test
  void loadsFiles(@TempDir Path folder) throws Exception {
    CsvOptions csv = CsvOptions.newBuilder().setSkipLeadingRows(1).build();
    for (int i = 0; i < 2; i++) {
      dataset.load("ports", csv, "classpath:bigquery/ports.csv").truncate().run(context());
      assertThat(all("ports"))
          .containsExactlyInAnyOrder(
              new Port("GDYNIA", 54.5, "POL", Instant.parse("2026-01-01T10:00:00Z")),
              new Port("TEXAS", 34.8, "USA", Instant.parse("2026-01-02T10:00:00Z")));
    }

    Path json = folder.resolve("ports.json");
    Files.writeString(
        json, "{\"port_name\":\"A\",\"country\":\"X\"}\n{\"port_name\":\"B\",\"country\":\"Y\"}\n");
    for (int i = 0; i < 2; i++) {
      dataset.load("ports", FormatOptions.json(), json.toString()).truncate().run(context());
      assertThat(all("ports")).extracting(Port::portName).containsExactlyInAnyOrder("A", "B");
    }
    // Two rows, written by pyarrow without compression.
    for (int i = 0; i < 2; i++) {
      dataset
          .load("ports", FormatOptions.parquet(), "classpath:bigquery/ports.parquet")
          .truncate()
          .run(context());
      assertThat(all("ports"))
          .extracting(Port::portName)
          .containsExactlyInAnyOrder("GDYNIA", "TEXAS");
    }
  }

  @Test
  void writeTruncateReplacesAndWriteAppendAppendsOncePerRun() throws Exception {
    dataset.insert("ports", ports()).run(context());
    String sql = "SELECT * FROM `{ports}` WHERE country = 'POL'";
    for (int i = 0; i < 2; i++) {
      dataset.writeTruncate("polish_ports", sql).run(context());
      assertThat(all("polish_ports"))
          .extracting(Port::portName)
          .containsExactly("GDANSK", "GDYNIA");
    }
    JobContext run = context();
    dataset.writeAppend("polish_ports", sql).run(run);
    dataset.writeAppend("polish_ports", sql).run(run);
    assertThat(all("polish_ports")).hasSize(4);
  }

  @Test
  void onePartitionIsReplacedAndTheOthersStay() throws Exception {
    BigQueryDataset daily = dataset.tables("daily");
    daily
        .createTable("daily", schema().partitionedBy("seen_at", TimePartitioning.Type.DAY))
        .run(context());
    Instant before = RUNTIME.toInstant().minus(Duration.ofDays(1));
    daily.insert("daily", List.of(new Port("OLD", null, "POL", before))).run(context());
    for (int i = 0; i < 2; i++) {
      daily
          .writeTruncate(
              "daily",
              "SELECT 'NEW' AS port_name, 1.0 AS port_latitude, 'POL' AS country,"
                  + " @runtime AS seen_at")
          .partition(TimePartitioning.Type.DAY)
          .run(context());
    }
    assertThat(daily.collect("SELECT port_name FROM `{daily}` ORDER BY 1").run(context()).toList())
        .containsExactly(Map.of("port_name", "NEW"), Map.of("port_name", "OLD"));
  }

  @Test
  void parametersAndTheRuntimeAreValues() throws Exception {
    dataset.insert("ports", ports()).run(context());
    dataset
        .writeTruncate("polish_ports", BigQuerySql.resource("bigquery/polish_ports.sql"))
        .parameter("country", "POL")
        .run(context());
    assertThat(all("polish_ports")).hasSize(2);

    assertThat(
            dataset
                .collect(
                    "SELECT @name AS name, '{dt}' AS dt, @runtime AS runtime, CAST(@runtime_date AS STRING) AS day")
                .parameter("name", "'; DROP TABLE ports; --")
                .run(context())
                .toList())
        .containsExactly(
            Map.of(
                "name",
                "'; DROP TABLE ports; --",
                "dt",
                "2026-01-02 10:30:00",
                "runtime",
                RUNTIME.toInstant(),
                "day",
                "2026-01-02"));
    assertThat(
            dataset
                .collect("SELECT port_name FROM `{ports}` WHERE country IN UNNEST(@countries)")
                .parameter("countries", List.of("RUS", "USA"))
                .run(context())
                .toList())
        .hasSize(1);
  }

  @Test
  void allTypesArriveAsTypesOfJava() throws Exception {
    Map<String, @Nullable Object> row =
        dataset
            .collect(
                """
                SELECT 1 AS i, 1.5 AS f, NUMERIC '1.25' AS n, TRUE AS b, 'x' AS s,
                  DATE '2026-01-01' AS d, TIME '10:00:00' AS t, DATETIME '2026-01-01 10:00:00' AS dt,
                  TIMESTAMP '2026-01-01 10:00:00+00' AS ts, [1, 2] AS a,
                  STRUCT(1 AS x, 'y' AS y) AS st, CAST(NULL AS STRING) AS nothing
                """)
            .run(context())
            .toList()
            .get(0);
    assertThat(row)
        .containsEntry("i", 1L)
        .containsEntry("f", 1.5)
        .containsEntry("n", new BigDecimal("1.25"))
        .containsEntry("b", true)
        .containsEntry("s", "x")
        .containsEntry("d", LocalDate.of(2026, 1, 1))
        .containsEntry("t", LocalTime.of(10, 0))
        .containsEntry("dt", LocalDateTime.of(2026, 1, 1, 10, 0))
        .containsEntry("ts", Instant.parse("2026-01-01T10:00:00Z"))
        .containsEntry("a", List.of(1L, 2L))
        .containsEntry("st", Map.of("x", 1L, "y", "y"))
        .containsEntry("nothing", null);
  }

  @Test
  void aRowThatDoesNotFitNamesItsColumns() throws Exception {
    BigQueryRows rows = dataset.collect("SELECT 'A' AS port_nme").run(context());
    assertThatThrownBy(() -> rows.as(Port.class).toList())
        .isInstanceOf(BigQueryFailure.class)
        .hasMessageContaining(Port.class.getName())
        .hasMessageContaining("port_name")
        .hasMessageContaining("Its columns: port_nme.");
  }

  @Test
  void rowsAreReadPageByPage() throws Exception {
    List<Long> seen = new ArrayList<>();
    long count =
        dataset
            .collect("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS x")
            .forEach(row -> seen.add((Long) row.get("x")))
            .run(context());
    assertThat(count).isEqualTo(25_000);
    assertThat(seen).doesNotHaveDuplicates().hasSize(25_000);
  }

  @Test
  void peekWritesNothing() throws Exception {
    dataset.insert("ports", ports()).run(context());
    assertThat(
            dataset
                .writeTruncate("polish_ports", "SELECT * FROM `{ports}` ORDER BY port_name")
                .peek(2)
                .run(context()))
        .extracting(row -> row.get("port_name"))
        .containsExactly("GDANSK", "GDYNIA");
    assertThat(all("polish_ports")).isEmpty();
  }

  @Test
  void aDryRunEstimatesAndABudgetRefuses() throws Exception {
    dataset.insert("ports", ports()).run(context());
    BigQueryEstimate estimate = dataset.dryRun("SELECT * FROM `{ports}`").run(context());
    assertThat(estimate.bytes()).isPositive();
    assertThat(estimate.dollars()).isEqualTo("0.01");

    BigQueryStatement write = dataset.writeTruncate("polish_ports", "SELECT * FROM `{ports}`");
    assertThatThrownBy(() -> write.budget(1).run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("write table " + dataset + ".polish_ports")
        .hasMessageContaining("its budget is 1 B");
    assertThat(all("polish_ports")).isEmpty();
    write.budget(1_000_000).run(context());
    assertThat(all("polish_ports")).hasSize(3);
  }

  @Test
  void writeTemporaryMakesATable() throws Exception {
    BigQueryDataset scratch = dataset.tables("scratch");
    assertThat(scratch.tableExists("scratch").run(context())).isFalse();
    for (int i = 0; i < 2; i++) {
      scratch.writeTemporary("scratch", "SELECT 1 AS one, 'b' AS two").run(context());
      assertThat(scratch.collect("SELECT * FROM `{scratch}`").run(context()).toList())
          .containsExactly(Map.of("one", 1L, "two", "b"));
    }
    assertThat(scratch.tableExists("scratch").run(context())).isTrue();
  }

  @Test
  void aTableThatIsNotThereIsNotMade() {
    assertThatThrownBy(
            () -> dataset.tables("nope").writeTruncate("nope", "SELECT 1 AS x").run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("Cannot write table " + dataset + ".nope: Not found");
  }

  @Test
  void labelsAreOnDatasetTablesAndJobs() throws Exception {
    dataset.deleteDataset().run(context());
    BigQueryDataset labelled =
        dataset
            .labels(Map.of("team", "sea"))
            .tableLabels("ports", Map.of("content", "ports"))
            .jobLabels(Map.of("cost-center", "42"));
    labelled.createTable("ports", schema()).run(context());
    BigQueryStatistics statistics =
        labelled.writeTemporary("polish_ports", "SELECT * FROM `{ports}`").run(context());

    BigQuery client = BigQueryClient.of(context(), dataset);
    assertThat(client.getDataset(dataset.id()).getLabels()).containsEntry("team", "sea");
    assertThat(client.getTable(dataset.name(), "ports").getLabels())
        .containsExactlyEntriesOf(Map.of("content", "ports"));
    Job job = client.getJob(statistics.jobId());
    QueryJobConfiguration configuration = job.getConfiguration();
    assertThat(configuration.getLabels())
        .containsEntry("cost-center", "42")
        .containsEntry("bigflow-workflow", "ports")
        .containsEntry("bigflow-job", "j")
        .containsEntry("bigflow-env", "dev");
  }

  @Test
  void sensorsWait() throws Exception {
    CompletableFuture<Void> later =
        CompletableFuture.runAsync(
            () -> {
              try {
                Thread.sleep(1_500);
                dataset.insert("ports", ports()).run(context());
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    int looks =
        dataset
            .waitForRows("ports", "country = 'USA'")
            .every(Duration.ofMillis(200))
            .timeout(Duration.ofMinutes(1))
            .run(context());
    assertThat(looks).isGreaterThan(1);
    later.join();

    assertThat(dataset.waitForTable("ports").run(context())).isEqualTo(1);
    assertThatThrownBy(
            () ->
                dataset
                    .waitUntil("SELECT COUNT(*) > 10 FROM `{ports}`")
                    .every(Duration.ofMillis(200))
                    .timeout(Duration.ofSeconds(1))
                    .run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("did not come true within PT1S");
  }

  @Test
  void aLateTableIsFound() throws Exception {
    assertThatThrownBy(
            () -> dataset.requireFresh("ports", "seen_at", Duration.ofDays(1)).run(context()))
        .hasMessageContaining("there is no row at all");
    dataset.insert("ports", ports()).run(context());
    assertThatThrownBy(
            () -> dataset.requireFresh("ports", "seen_at", Duration.ofDays(1)).run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("the newest has seen_at = 2020-01-01T00:00:00Z")
        .hasMessageContaining("24 hours are allowed");
    dataset.insert("ports", List.of(new Port("HEL", 54.6, "POL", Instant.now()))).run(context());
    dataset.requireFresh("ports", "seen_at", Duration.ofDays(1)).run(context());
  }

  @Test
  void anotherSchemaIsRefused() {
    assertThatThrownBy(
            () ->
                dataset
                    .createTable(
                        "ports",
                        TableSchema.json(
                            """
                            [{"name": "port_name", "type": "INT64"}, {"name": "new", "type": "DATE"}]
                            """))
                    .run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("column port_name is STRING, not INT64; column new is missing");
  }

  @Test
  void theSchemaIsAsInItsFile() throws Exception {
    BigQuery client = BigQueryClient.of(context(), dataset);
    StandardTableDefinition definition = client.getTable(dataset.name(), "ports").getDefinition();
    assertThat(definition.getSchema()).isNotNull();
    assertThat(schema().missingIn(definition.getSchema())).isEmpty();
  }

  @Test
  void ddlAndDmlMeanTablesOfThisDataset() throws Exception {
    for (int i = 0; i < 2; i++) {
      dataset.createTable("CREATE TABLE IF NOT EXISTS more (a STRING)").run(context());
    }
    dataset.execute("INSERT INTO more (a) VALUES ('x')").run(context());
    assertThat(dataset.collect("SELECT a FROM more").run(context()).toList())
        .containsExactly(Map.of("a", "x"));
  }

  @Test
  void wrongSqlNamesTheLine() {
    assertThatThrownBy(
            () ->
                dataset
                    .collect("SELECT port_name\nFROM `{ports}`\nWHERE contry = 'POL'")
                    .run(context()))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("contry")
        .hasMessageContaining("SQL line 3: WHERE contry = 'POL'");
  }

  private List<Port> all(String table) throws Exception {
    return dataset
        .collect("SELECT * FROM `{" + table + "}` ORDER BY port_name")
        .run(context())
        .as(Port.class)
        .toList();
  }

  private static List<Port> ports() {
    Instant seen = Instant.parse("2020-01-01T00:00:00Z");
    return List.of(
        new Port("GDANSK", 54.35, "POL", seen),
        new Port("GDYNIA", 54.53, "POL", seen),
        new Port("TEXAS", 34.8, "USA", null));
  }

  private static TableSchema schema() {
    return TableSchema.resource("bigquery/ports.json");
  }

  /** A new run. */
  private JobContext context() {
    return emulator.context("run-" + ++runs, RUNTIME, Map.of());
  }
}
