// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.CsvOptions;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.ProjectDirectory;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of docs/bigquery.md, on goccy/bigquery-emulator, whose program is {@code
 * BIGFLOW_TEST_BIGQUERY}. {@code BigQueryPageTest} finds each of them here.
 */
@EnabledIfEnvironmentVariable(named = BigQueryEmulator.VARIABLE, matches = ".+")
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class BigQueryPageOnServerTest {

  private static final ZonedDateTime RUNTIME =
      ZonedDateTime.of(2026, 1, 2, 0, 0, 0, 0, ZoneOffset.UTC);

  private final Map<String, String> values =
      Map.of(
          "ports.project", BigQueryEmulator.PROJECT,
          "ports.dataset", "internationalports",
          "ports.location", "EU",
          "ports.tables", "ports, polish_ports",
          "ports.externalTables", "countries=" + BigQueryEmulator.PROJECT + ".geo.countries",
          "ports.jobLabels", "cost-center=42",
          "ports.tableLabels.ports", "content=ports");
  private BigQueryEmulator emulator;
  private BigQueryDataset dataset;
  private int runs;

  record Port(String portName, @Nullable Double portLatitude, String country) {}

  @BeforeEach
  void haveTables() throws Exception {
    emulator = BigQueryEmulator.start();
    dataset = BigQueryDataset.of(config(), "ports");
    for (String table : dataset.tables()) {
      dataset
          .createTable(
              "CREATE TABLE "
                  + table
                  + " (port_name STRING, port_latitude FLOAT64, country STRING, seen_at TIMESTAMP)")
          .run(context());
    }
    dataset
        .execute(
            """
            INSERT INTO ports (port_name, port_latitude, country, seen_at) VALUES
              ('GDYNIA', 54.53, 'POL', CURRENT_TIMESTAMP()),
              ('TEXAS', 34.8, 'USA', CURRENT_TIMESTAMP())
            """)
        .run(context());
  }

  @AfterEach
  void stop() {
    emulator.close();
  }

  @Test
  void aDatasetInCode() {
    BigQueryDataset dataset =
        BigQueryDataset.of("my-project-dev", "internationalports")
            .location("EU")
            .tables("ports", "polish_ports")
            .externalTable("countries", "other-project.geo.countries")
            .labels(Map.of("team", "harbour"))
            .tableLabels("ports", Map.of("content", "ports"))
            .jobLabels(Map.of("cost-center", "42"))
            .impersonateServiceAccount("jobs@my-project-dev.iam.gserviceaccount.com");

    assertThat(dataset.collect("SELECT * FROM `{countries}`").sql())
        .isEqualTo("SELECT * FROM `other-project.geo.countries`");
  }

  @Test
  void aDatasetOfTheEnvironment() {
    JobConfig config = config();

    BigQueryDataset dataset = BigQueryDataset.of(config, "ports");

    assertThat(dataset).hasToString("bigflow-ci.internationalports");
    assertThat(dataset.tables()).containsExactly("ports", "polish_ports");
    assertThat(dataset.jobLabels()).containsEntry("cost-center", "42");
  }

  @Test
  void withoutAPod() throws Exception {
    BigQueryDataset withoutPods = dataset.execution(Execution.OPERATOR);
    BigQueryStatement inAPod =
        withoutPods
            .writeTruncate("ports", "SELECT * FROM `{polish_ports}`")
            .execution(Execution.POD);

    OperatorContext airflow =
        new OperatorContext("w", "t", "dev", Duration.ofHours(3), false, config());
    assertThat(inAPod.operator(airflow)).isEmpty();
    BigQueryStatement withoutAPod =
        withoutPods.writeTruncate("polish_ports", "SELECT * FROM ports WHERE country = 'POL'");
    assertThat(withoutAPod.operator(airflow)).isPresent();
    // Where there is no Airflow, the Java code does it.
    withoutAPod.run(context());
    assertThat(names("polish_ports")).containsExactly("GDYNIA");
  }

  @Test
  void aWorkflow() {
    Workflow workflow =
        Workflow.builder("internationalports")
            .schedule(Schedule.daily())
            .sequence(
                Task.job("wait", dataset.waitForRows("ports", "seen_at >= '{dt}'")),
                Task.job(
                    "select_polish_ports",
                    dataset.writeTruncate(
                        "polish_ports", "SELECT * FROM `{ports}` WHERE country = 'POL'")))
            .build();

    WorkflowTester tester = WorkflowTester.of(definition -> workflow);
    values.forEach(tester::config);
    tester.config(BigQueryOperation.ENDPOINT_KEY, emulator.endpoint()).run();
    assertThat(names("polish_ports")).containsExactly("GDYNIA");
  }

  @Test
  void writing() throws Exception {
    BigQueryStatement replace =
        dataset.writeTruncate("polish_ports", "SELECT * FROM `{ports}` WHERE country = 'POL'");
    BigQueryStatement append =
        dataset.writeAppend("polish_ports", "SELECT * FROM `{ports}` WHERE country = 'POL'");
    BigQueryStatement temporary =
        dataset
            .tables("scratch")
            .writeTemporary(
                "scratch", "SELECT country, COUNT(*) AS n FROM `{ports}` GROUP BY country")
            .expiresAfter(Duration.ofDays(1));

    replace.run(context());
    replace.run(context());
    append.run(context());
    temporary.run(context());
    assertThat(names("polish_ports")).containsExactly("GDYNIA", "GDYNIA");
  }

  @Test
  void partitions() throws Exception {
    BigQueryDataset dataset = this.dataset.tables("daily");
    dataset
        .createTable(
            "CREATE TABLE daily (port_name STRING, seen_at TIMESTAMP) PARTITION BY DATE(seen_at)")
        .run(context());
    BigQueryStatement day =
        dataset
            .writeTruncate("daily", "SELECT 'HEL' AS port_name, @runtime AS seen_at")
            .partition(TimePartitioning.Type.DAY);
    BigQueryStatement more =
        dataset
            .writeAppend("daily", "SELECT 'LEBA' AS port_name, @runtime AS seen_at")
            .partition(TimePartitioning.Type.DAY);

    day.run(context());
    more.run(context());
    day.run(context());
    assertThat(dataset.collect("SELECT port_name FROM daily").run(context()).toList())
        .containsExactly(Map.of("port_name", "HEL"));
  }

  @Test
  void parameters() throws Exception {
    dataset
        .writeTruncate("polish_ports", BigQuerySql.resource("bigquery/north.sql"))
        .parameter("countries", List.of("POL", "RUS"))
        .parameter("latitude", 50)
        .run(context());

    assertThat(names("polish_ports")).containsExactly("GDYNIA");
  }

  @Test
  void collecting() throws Exception {
    JobContext context = context();
    List<String> seen = new ArrayList<>();

    BigQueryRows rows = dataset.collect("SELECT * FROM `{ports}`").run(context);
    for (Map<String, @Nullable Object> row : rows) {
      seen.add(String.valueOf(row.get("port_name")));
    }
    List<Port> ports = rows.as(Port.class).toList();

    assertThat(seen).containsExactlyInAnyOrder("GDYNIA", "TEXAS");
    assertThat(ports).contains(new Port("GDYNIA", 54.53, "POL"));
  }

  @Test
  void collectingInAJob() throws Exception {
    List<Port> mailed = new ArrayList<>();

    Job mail =
        dataset.collect("SELECT * FROM `{ports}`").forEach(Port.class, port -> mailed.add(port));

    mail.execute(context());
    assertThat(mailed).hasSize(2);
  }

  @Test
  void severalOperationsInAJob() throws Exception {
    Job job =
        context -> {
          long before = dataset.collect("SELECT * FROM `{polish_ports}`").run(context).count();
          if (before == 0) {
            dataset.writeAppend("polish_ports", "SELECT * FROM `{ports}`").run(context);
          }
        };

    job.execute(context());
    job.execute(context());
    assertThat(names("polish_ports")).hasSize(2);
  }

  @Test
  void tables() throws Exception {
    JobContext context = context();
    BigQueryDataset dataset = this.dataset.tables("ships", "harbours");

    dataset.createTable("CREATE TABLE IF NOT EXISTS ships (name STRING, built DATE)").run(context);
    dataset
        .createTable(
            "harbours",
            TableSchema.resource("bigquery/harbours.json")
                .partitionedBy("opened", TimePartitioning.Type.MONTH)
                .clusteredBy("country"))
        .run(context);
    boolean exists = dataset.tableExists("harbours").run(context);

    assertThat(exists).isTrue();
  }

  @Test
  void loading() throws Exception {
    JobContext context = context();

    dataset.insert("ports", List.of(new Port("HEL", 54.6, "POL"))).run(context);
    dataset
        .load(
            "ports",
            CsvOptions.newBuilder().setSkipLeadingRows(1).build(),
            "classpath:bigquery/ports.csv")
        .truncate()
        .run(context);
    BigQueryLoad nightly =
        dataset.load("ports", FormatOptions.parquet(), "gs://my-bucket/ports/*.parquet");

    assertThat(nightly).hasToString("load table bigflow-ci.internationalports.ports");
    assertThat(names("ports")).containsExactly("GDYNIA", "TEXAS");
  }

  @Test
  void waiting() throws Exception {
    JobContext context = context();

    dataset.waitForTable("ports").run(context);
    dataset
        .waitForRows("ports", "country = 'POL'")
        .every(Duration.ofMinutes(10))
        .timeout(Duration.ofHours(24))
        .run(context);
    dataset.waitUntil("SELECT COUNT(*) >= 2 FROM `{ports}`").run(context);
    BigQuerySensor partition = dataset.waitForPartition("ports", TimePartitioning.Type.DAY);

    assertThat(partition)
        .hasToString("wait for a partition of table bigflow-ci.internationalports.ports");
  }

  @Test
  void freshness() throws Exception {
    Workflow monitoring =
        Workflow.builder("freshness")
            .schedule(Schedule.hourly())
            .task(
                Task.job(
                    "ports_are_fresh",
                    dataset.requireFresh("ports", "seen_at", Duration.ofHours(26))))
            .build();

    WorkflowTester tester = WorkflowTester.of(definition -> monitoring);
    tester.config(BigQueryOperation.ENDPOINT_KEY, emulator.endpoint()).run();
    dataset
        .execute("UPDATE ports SET seen_at = TIMESTAMP '2020-01-01 00:00:00+00' WHERE true")
        .run(context());
    assertThatThrownBy(tester.runId("later")::run)
        .hasStackTraceContaining("the newest has seen_at = 2020-01-01T00:00:00Z");
  }

  @Test
  void cost() throws Exception {
    JobContext context = context();

    BigQueryEstimate estimate = dataset.dryRun("SELECT * FROM `{ports}`").run(context);
    assertThat(estimate.bytes()).isLessThan(1_000_000);

    BigQueryStatement write =
        dataset
            .writeTruncate("polish_ports", "SELECT * FROM `{ports}`")
            .budget(10L * 1024 * 1024 * 1024);

    write.run(context);
    assertThatThrownBy(() -> write.budget(1).run(context()))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void looking() throws Exception {
    JobContext context = context();

    List<Map<String, @Nullable Object>> rows =
        dataset
            .writeTruncate("polish_ports", "SELECT * FROM `{ports}` WHERE country = 'POL'")
            .peek(10)
            .run(context);

    assertThat(rows).hasSize(1);
    assertThat(names("polish_ports")).isEmpty();
  }

  @Test
  void byItself(@TempDir Path folder) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread()
        .setContextClassLoader(
            new ProjectDirectory(folder)
                .with(
                    "application-local.properties",
                    BigQueryOperation.ENDPOINT_KEY + "=" + emulator.endpoint())
                .loader());
    try {
      BigQueryCollect query = dataset.collect("SELECT '{dt}' AS dt, port_name FROM `{ports}`");
      List<Map<String, @Nullable Object>> now = query.run().toList();
      List<Map<String, @Nullable Object>> then =
          query.run(ZonedDateTime.parse("2026-01-02T00:00:00Z")).toList();

      assertThat(now).hasSize(2);
      assertThat(then).extracting(row -> row.get("dt")).containsOnly("2026-01-02 00:00:00");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void deleting() throws Exception {
    JobContext context = context();

    dataset.deleteDataset().run(context);

    BigQuery client = BigQueryClient.of(context, dataset);
    assertThat(client.getDataset(dataset.id())).isNull();
  }

  @Test
  void theRuntimeInSql() throws Exception {
    assertThat(
            dataset
                .collect("SELECT '{dt}' AS dt, CAST(@runtime_date AS STRING) AS day")
                .run(context())
                .toList())
        .containsExactly(
            Map.of("dt", "2026-01-02 00:00:00", "day", LocalDate.of(2026, 1, 2).toString()));
  }

  private List<String> names(String table) {
    try {
      return dataset
          .collect("SELECT port_name FROM `{" + table + "}` ORDER BY port_name")
          .run(context())
          .stream()
          .map(row -> String.valueOf(row.get("port_name")))
          .toList();
    } catch (BigQueryJobException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JobConfig config() {
    return emulator.config(values);
  }

  /** A new run. */
  private JobContext context() {
    return emulator.context("run-" + ++runs, RUNTIME, values);
  }
}
