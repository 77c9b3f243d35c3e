// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.CsvOptions;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.ParquetOptions;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.describe.WorkflowCompiler;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.OperatorJob;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Airflow's own operators are told, so that they do what the operations do. */
class OperatorFormTest {
  private static final JobConfig CONFIG = config("unused", "unused");
  private static final OperatorContext CONTEXT =
      new OperatorContext("Sea-Ports", "load", "dev", Duration.ofHours(3), false, CONFIG);

  private static final BigQueryDataset PODS =
      BigQueryDataset.of("demo", "ports")
          .location("europe-west1")
          .tables("ports", "polish_ports")
          .externalTable("offers", "other.d.offers")
          .jobLabels(Map.of("team", "sea", "cost", "low"));

  private static final BigQueryDataset OPERATORS = PODS.execution(Execution.OPERATOR);

  private static final Template RUNTIME = Template.runtime("%Y-%m-%d %H:%M:%S");

  @Test
  void aQueryThatReplacesIsNewInEachTry() {
    Operator operator =
        operator(
            OPERATORS
                .writeTruncate("polish_ports", "SELECT * FROM `{ports}` WHERE at < '{dt}'\n")
                .partition(TimePartitioning.Type.DAY));

    assertThat(operator.className())
        .isEqualTo("airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator");
    assertThat(operator.arguments().keySet())
        .containsExactly(
            "project_id",
            "location",
            "configuration",
            "job_id",
            "force_rerun",
            "reattach_states",
            "deferrable");
    assertThat(operator.arguments())
        .containsEntry("project_id", "demo")
        .containsEntry("location", "europe-west1")
        .containsEntry("force_rerun", false)
        .containsEntry("reattach_states", List.of("PENDING", "RUNNING"))
        .containsEntry("deferrable", true)
        .containsEntry(
            "job_id",
            Template.join(
                "bigflow_Sea-Ports_load_",
                Template.jinja(
                    "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID,"
                        + " ti.dag_id ~ ' ' ~ run_id) }}"),
                "_",
                Template.jinja("{{ ti.try_number }}")))
        .containsEntry(
            "configuration",
            Map.of(
                "query",
                Map.of(
                    "query",
                    Template.join("SELECT * FROM `demo.ports.ports` WHERE at < '", RUNTIME, "'"),
                    "useLegacySql",
                    false,
                    "defaultDataset",
                    Map.of("projectId", "demo", "datasetId", "ports"),
                    "destinationTable",
                    Map.of(
                        "projectId",
                        "demo",
                        "datasetId",
                        "ports",
                        "tableId",
                        Template.join("polish_ports$", Template.runtime("%Y%m%d"))),
                    "createDisposition",
                    "CREATE_NEVER",
                    "writeDisposition",
                    "WRITE_TRUNCATE"),
                "labels",
                Map.of(
                    "team",
                    "sea",
                    "cost",
                    "low",
                    "bigflow-workflow",
                    "sea-ports",
                    "bigflow-job",
                    "load",
                    "bigflow-env",
                    "dev")));
  }

  @Test
  void aQueryThatAppendsIsTheSameInEachTry() {
    Operator operator = operator(OPERATORS.writeAppend("ports", "SELECT 1"));

    assertThat(String.valueOf(operator.arguments().get("job_id"))).doesNotContain("try_number");
    assertThat(query(operator)).containsEntry("writeDisposition", "WRITE_APPEND");
  }

  @Test
  void aStatementHasNoDestination() {
    assertThat(query(operator(OPERATORS.createTable("CREATE TABLE IF NOT EXISTS ports (a INT64)"))))
        .containsOnlyKeys("query", "useLegacySql", "defaultDataset");
  }

  @Test
  void parametersAreSentBesideTheSql() {
    Map<String, Object> query =
        query(
            operator(
                OPERATORS
                    .execute(
                        "DELETE FROM ports WHERE a = @a AND b IN UNNEST(@b) AND d = @runtime_date"
                            + " AND t < @runtime")
                    .parameter("a", "{{ 7 * 7 }}")
                    .parameter("b", List.of(LocalDate.of(2026, 1, 2), LocalDate.of(2026, 1, 3)))));

    assertThat(query)
        .containsEntry("parameterMode", "NAMED")
        .containsEntry(
            "queryParameters",
            List.of(
                Map.of(
                    "name",
                    "a",
                    "parameterType",
                    Map.of("type", "STRING"),
                    "parameterValue",
                    Map.of("value", Template.text("{{ 7 * 7 }}"))),
                Map.of(
                    "name",
                    "b",
                    "parameterType",
                    Map.of("type", "ARRAY", "arrayType", Map.of("type", "DATE")),
                    "parameterValue",
                    Map.of(
                        "arrayValues",
                        List.of(
                            Map.of("value", Template.text("2026-01-02")),
                            Map.of("value", Template.text("2026-01-03"))))),
                Map.of(
                    "name",
                    "runtime",
                    "parameterType",
                    Map.of("type", "TIMESTAMP"),
                    "parameterValue",
                    Map.of("value", Template.runtime("%Y-%m-%d %H:%M:%S.%f+00:00"))),
                Map.of(
                    "name",
                    "runtime_date",
                    "parameterType",
                    Map.of("type", "DATE"),
                    "parameterValue",
                    Map.of("value", Template.runtime("%Y-%m-%d")))));
  }

  @Test
  void theBudgetIsTheLimitOfBigQueryWithTheLeastItBillsForEachTable() {
    assertThat(query(operator(OPERATORS.execute("SELECT 1").budget(1_000))))
        .containsEntry("maximumBytesBilled", Long.toString(1_000 + 3 * (10L << 20)));
    BigQueryDataset other = BigQueryDataset.of("demo", "ports").execution(Execution.OPERATOR);
    assertThat(query(operator(other.execute("SELECT 1").budget(1_000))))
        .containsEntry("maximumBytesBilled", Long.toString(1_000 + (10L << 20)));
  }

  @Test
  void objectsInCloudStorageAreLoaded() {
    Operator operator =
        operator(
            OPERATORS
                .load(
                    "ports",
                    CsvOptions.newBuilder().setSkipLeadingRows(1).setFieldDelimiter(";").build(),
                    "gs://b/a.csv",
                    "gs://b/b.csv")
                .truncate()
                .partition(TimePartitioning.Type.HOUR));

    assertThat(configuration(operator))
        .containsEntry(
            "load",
            Map.of(
                "sourceUris",
                List.of(Template.text("gs://b/a.csv"), Template.text("gs://b/b.csv")),
                "sourceFormat",
                "CSV",
                "skipLeadingRows",
                1L,
                "fieldDelimiter",
                Template.text(";"),
                "destinationTable",
                Map.of(
                    "projectId",
                    "demo",
                    "datasetId",
                    "ports",
                    "tableId",
                    Template.join("ports$", Template.runtime("%Y%m%d%H"))),
                "createDisposition",
                "CREATE_NEVER",
                "writeDisposition",
                "WRITE_TRUNCATE"));
  }

  @Test
  void otherFormatsHaveTheirOptions() {
    assertThat(LoadFormats.of(FormatOptions.json()))
        .contains(Map.of("sourceFormat", "NEWLINE_DELIMITED_JSON"));
    assertThat(LoadFormats.of(FormatOptions.avro())).contains(Map.of("sourceFormat", "AVRO"));
    assertThat(LoadFormats.of(ParquetOptions.newBuilder().setEnableListInference(true).build()))
        .contains(
            Map.of(
                "sourceFormat", "PARQUET", "parquetOptions", Map.of("enableListInference", true)));
    assertThat(LoadFormats.of(FormatOptions.datastoreBackup())).isEmpty();
  }

  @Test
  void sensorsWaitForTheSame() {
    Operator table =
        operator(
            OPERATORS
                .waitForTable("ports")
                .every(Duration.ofSeconds(90))
                .timeout(Duration.ofHours(2)));
    Operator partition = operator(OPERATORS.waitForPartition("ports", TimePartitioning.Type.MONTH));

    assertThat(table)
        .isEqualTo(
            Operator.of(
                    "airflow.providers.google.cloud.sensors.bigquery.BigQueryTableExistenceSensor")
                .with("project_id", "demo")
                .with("dataset_id", "ports")
                .with("table_id", "ports")
                .with("poke_interval", 90)
                .with("timeout", 7_200)
                .with("deferrable", true));
    assertThat(partition.className()).endsWith(".BigQueryTablePartitionExistenceSensor");
    assertThat(partition.arguments())
        .containsEntry("partition_id", Template.runtime("%Y%m"))
        .containsEntry("poke_interval", 60L);
  }

  @Test
  void theTaskLimitsHowLongASensorWaits() {
    OperatorContext hour = new OperatorContext("w", "t", "dev", Duration.ofHours(1), false, CONFIG);
    BigQuerySensor sensor = OPERATORS.waitForTable("ports");

    assertThat(sensor.operator(hour).orElseThrow().arguments()).containsEntry("timeout", 3_600L);
    assertThat(sensor.timeout(Duration.ofHours(2)).operator(hour).orElseThrow().arguments())
        .containsEntry("timeout", 3_600L);
    assertThat(sensor.timeout(Duration.ofMinutes(2)).operator(hour).orElseThrow().arguments())
        .containsEntry("timeout", 120L);
  }

  @Test
  void aSensorIsRescheduledWhereItsTriggerWouldBeAnotherAccountOrInAnotherLocation() {
    OperatorContext other = new OperatorContext("w", "t", "dev", Duration.ofHours(1), true, CONFIG);

    assertThat(
            List.of(
                OPERATORS.waitForTable("ports").operator(other).orElseThrow(),
                operator(OPERATORS.waitForPartition("ports", TimePartitioning.Type.DAY))))
        .allSatisfy(
            sensor ->
                assertThat(sensor.arguments())
                    .containsEntry("mode", "reschedule")
                    .containsEntry("deferrable", false));
  }

  @Test
  void theDescriptionTellsSensorsTheAccountAndTheTimeout() {
    BigQueryDataset dataset =
        OPERATORS.impersonateServiceAccount("jobs@demo.iam.gserviceaccount.com");
    TaskSpec task =
        described(Task.job("wait", dataset.waitForTable("ports")).timeout(Duration.ofMinutes(5)));

    assertThat(((TaskSpec.Operator) task).arguments())
        .containsEntry("mode", new ArgumentSpec.Text("reschedule"))
        .containsEntry("timeout", new ArgumentSpec.Whole(300));
  }

  static Stream<OperatorJob> needAPod() {
    return Stream.of(
        OPERATORS.collect("SELECT 1"),
        OPERATORS.insert("ports", List.of(Map.of("a", 1))),
        OPERATORS.load("ports", FormatOptions.json(), "classpath:ports.json"),
        OPERATORS.writeTemporary("ports", "SELECT 1").expiresAfter(Duration.ofDays(1)),
        OPERATORS.createTable(
            "ports", TableSchema.json("[{\"name\": \"a\", \"type\": \"STRING\"}]")),
        OPERATORS.waitUntil("SELECT TRUE"),
        OPERATORS.requireFresh("ports", "at", Duration.ofHours(1)),
        OPERATORS.deleteDataset());
  }

  @ParameterizedTest
  @MethodSource("needAPod")
  void whatNoOperatorCanDoRunsInAPod(OperatorJob operation) {
    assertThat(operation.operator(CONTEXT)).isEmpty();
  }

  @Test
  void podsAreTheDefaultAndOneSettingChooses() {
    assertThat(PODS.execute("SELECT 1").operator(CONTEXT)).isEmpty();
    assertThat(PODS.execute("SELECT 1").execution(Execution.OPERATOR).operator(CONTEXT))
        .isPresent();
    assertThat(OPERATORS.execute("SELECT 1").execution(Execution.POD).operator(CONTEXT)).isEmpty();
    assertThat(OPERATORS.waitForTable("ports").execution(Execution.POD).operator(CONTEXT))
        .isEmpty();
    assertThat(
            OPERATORS
                .load("ports", FormatOptions.json(), "gs://b/a")
                .execution(Execution.POD)
                .operator(CONTEXT))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"operator, true", "OPERATOR, true", "pod, false"})
  void theEnvironmentChooses(String text, boolean isOperator) {
    assertThat(
            BigQueryDataset.of(config("ports.execution", text), "ports")
                .execute("SELECT 1")
                .operator(CONTEXT)
                .isPresent())
        .isEqualTo(isOperator);
  }

  @Test
  void anotherWordIsRefused() {
    JobConfig config = config("ports.execution", "operators");
    assertThatThrownBy(() -> BigQueryDataset.of(config, "ports"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Configuration key 'ports.execution' has a wrong value: 'operators' is neither 'pod'"
                + " nor 'operator'.");
  }

  @Test
  void theDescriptionKeepsTheTaskAndItsAccounts() throws Exception {
    BigQueryDataset dataset =
        OPERATORS.impersonateServiceAccount("jobs@demo.iam.gserviceaccount.com");
    TaskSpec task =
        described(
            Task.job("load", dataset.writeTruncate("ports", "SELECT '{dt}', @runtime_date"))
                .timeout(Duration.ofMinutes(5)));

    assertThat(task).isInstanceOf(TaskSpec.Operator.class);
    assertThat(task.isJob()).isTrue();
    assertThat(task.settings().timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(task.settings().impersonation())
        .containsExactly("jobs@demo.iam.gserviceaccount.com");
    String json = SpecJson.write(task);
    assertThat(json).startsWith("{\n  \"kind\" : \"operator\",\n  \"id\" : \"load\",");
    assertThat(SpecJson.read(json, TaskSpec.Operator.class, "test")).isEqualTo(task);
  }

  @Test
  void whatOnlyPodsHaveIsRefused() {
    JobTask task = Task.job("load", OPERATORS.execute("SELECT 1"));

    assertThatThrownBy(() -> described(task.resources(Resources.of("1", "2Gi"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Task 'load' states resources(…), but an operator of Airflow runs it, which has no pod."
                + " Remove that, or let a pod run it: execution(Execution.POD).");
    assertThatThrownBy(() -> described(task.secrets(Secret.all("database"))))
        .hasMessageContaining("states secrets(…)");
  }

  private static TaskSpec described(Task task) {
    Workflow workflow = Workflow.builder("w").task(task).build();
    return new WorkflowCompiler().compile("W", workflow, "dev", config("a", "b")).tasks().get(0);
  }

  private static Operator operator(OperatorJob operation) {
    Optional<Operator> operator = operation.operator(CONTEXT);
    assertThat(operator).isPresent();
    return operator.orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> configuration(Operator operator) {
    return (Map<String, Object>) Objects.requireNonNull(operator.arguments().get("configuration"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> query(Operator operator) {
    return (Map<String, Object>) Objects.requireNonNull(configuration(operator).get("query"));
  }

  private static JobConfig config(String key, String value) {
    return EnvironmentConfig.builder("dev")
        .overrides(Map.of("ports.project", "demo", "ports.dataset", "ports", key, value))
        .build();
  }
}
