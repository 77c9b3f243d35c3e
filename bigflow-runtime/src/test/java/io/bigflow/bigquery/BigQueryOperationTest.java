// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BigQueryOperationTest {

  private static final String RUN = "scheduled__2026-01-01T00:00:00+00:00";

  // Whoever the job is to act as, nothing of it goes to an emulator.
  private static final Impersonation ACCOUNT =
      Impersonation.parse("jobs@sales-dev.iam.gserviceaccount.com");

  private final BigQueryDataset dataset =
      BigQueryDataset.of("demo", "internationalports")
          .location("europe-west1")
          .tables("ports", "polish_ports");
  private final Cancellation cancellation = new Cancellation();
  private final FakeBigQuery bigQuery = new FakeBigQuery();

  @BeforeEach
  void haveDataset() {
    bigQuery.datasets.put("internationalports", "EU");
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  @Test
  void createsTheDatasetOnlyWhenItIsAbsent() throws Exception {
    dataset.execute("SELECT 1").execute(context("a"));
    assertThat(bigQuery.created).isEmpty();
    bigQuery.datasets.clear();
    dataset.execute("SELECT 1").execute(context("b"));
    dataset.execute("SELECT 1").execute(context("c"));
    assertThat(bigQuery.created).hasSize(1);
    JsonNode created = bigQuery.created.get(0);
    assertThat(created.at("/datasetReference/projectId").asText()).isEqualTo("demo");
    assertThat(created.at("/datasetReference/datasetId").asText()).isEqualTo("internationalports");
    assertThat(created.path("location").asText()).isEqualTo("europe-west1");
  }

  @Test
  void createTableSetsTheDefaultDataset() throws Exception {
    dataset
        .createTable("CREATE TABLE IF NOT EXISTS ports (port_name STRING)")
        .execute(context("create_ports_table"));
    JsonNode query = bigQuery.inserted.get(0).at("/configuration/query");
    assertThat(query.path("query").asText())
        .isEqualTo("CREATE TABLE IF NOT EXISTS ports (port_name STRING)");
    assertThat(query.path("useLegacySql").asBoolean(true)).isFalse();
    assertThat(query.at("/defaultDataset/projectId").asText()).isEqualTo("demo");
    assertThat(query.at("/defaultDataset/datasetId").asText()).isEqualTo("internationalports");
    assertThat(query.has("destinationTable")).isFalse();
  }

  @Test
  void writeTruncateReplacesAnExistingTable() throws Exception {
    dataset
        .writeTruncate("polish_ports", "SELECT port_name FROM `{ports}` WHERE country = 'POL'")
        .execute(context("select_polish_ports"));
    JsonNode query = bigQuery.inserted.get(0).at("/configuration/query");
    assertThat(query.path("query").asText())
        .isEqualTo("SELECT port_name FROM `demo.internationalports.ports` WHERE country = 'POL'");
    assertThat(query.path("writeDisposition").asText()).isEqualTo("WRITE_TRUNCATE");
    assertThat(query.path("createDisposition").asText()).isEqualTo("CREATE_NEVER");
    assertThat(query.at("/destinationTable/tableId").asText()).isEqualTo("polish_ports");
  }

  @Test
  void theJobIdComesFromRunTaskAndStatement() throws Exception {
    dataset.execute("SELECT 1").execute(context("a"));
    JsonNode reference = bigQuery.inserted.get(0).path("jobReference");
    assertThat(reference.path("jobId").asText()).matches("bigflow_ports_a_[0-9a-f]{16}_0");
    // Where the dataset is, not where it would have been created.
    assertThat(reference.path("location").asText()).isEqualTo("EU");

    dataset.execute("SELECT 2").execute(context("a"));
    dataset.execute("SELECT 1").execute(context("b"));
    dataset.execute("SELECT 1").execute(context("a", "another run"));
    dataset.execute("SELECT 1").execute(context("a"));
    List<String> ids =
        bigQuery.inserted.stream().map(job -> job.at("/jobReference/jobId").asText()).toList();
    assertThat(ids).doesNotHaveDuplicates().hasSize(5);
    // The same statement of the same task and run, done again on purpose.
    assertThat(ids.get(4)).isEqualTo(ids.get(0).replaceFirst("_0$", "_1"));
  }

  @Test
  void aTryJoinsTheQueryOfAnEarlierTry() throws Exception {
    dataset.execute("SELECT 1").execute(context("a"));
    String id = bigQuery.inserted.get(0).at("/jobReference/jobId").asText();
    String next = id.replaceFirst("_0$", "_1");
    bigQuery.addRunningJob(next, 3);
    dataset.execute("SELECT 1").execute(context("a"));
    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.requests.stream().filter(request -> request.contains(next)).count())
        .isGreaterThanOrEqualTo(3);
  }

  @Test
  void aLostAnswerDoesNotStartASecondQuery() throws Exception {
    bigQuery.lostAnswers.set(1);
    dataset.execute("INSERT INTO ports VALUES ('GDYNIA')").execute(context("a"));
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @Test
  void aFailedQueryNamesReasonLineAndLink() {
    bigQuery.failure = "Unrecognized name: contry at [3:7]";
    assertThatThrownBy(
            () ->
                dataset
                    .writeTruncate(
                        "polish_ports", "SELECT port_name\nFROM `{ports}`\nWHERE contry = 'POL'")
                    .execute(context("a")))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageMatching(
            "Cannot write table demo\\.internationalports\\.polish_ports: Unrecognized name: contry"
                + " at \\[3:7\\] \\(invalidQuery in query\\)\\. SQL line 3: WHERE contry = 'POL'"
                + " BigQuery job: https://console\\.cloud\\.google\\.com/bigquery\\?project=demo"
                + "&j=bq:EU:bigflow_ports_a_[0-9a-f]{16}_0&page=queryresults");
  }

  @Test
  void aRetryAfterAFailureStartsANewQuery() throws Exception {
    bigQuery.failure = "Resources exceeded";
    BigQueryStatement operation = dataset.execute("SELECT 1");
    assertThatThrownBy(() -> operation.execute(context("a")))
        .isInstanceOf(BigQueryJobException.class);
    bigQuery.failure = null;
    operation.execute(context("a"));
    assertThat(bigQuery.inserted).hasSize(2);
  }

  @Test
  void aRefusedQueryIsExplained() {
    bigQuery.refusal = 403;
    assertThatThrownBy(() -> dataset.execute("SELECT 1").execute(context("a")))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("run a statement in demo.internationalports")
        .hasMessageContaining("accessDenied")
        .hasMessageContaining(
            "Grant jobs@sales-dev.iam.gserviceaccount.com roles/bigquery.jobUser on project"
                + " 'demo'");
    bigQuery.refusal = 400;
    assertThatThrownBy(() -> dataset.execute("SELEC 1").execute(context("a")))
        .hasMessageContaining("planned invalidQuery");
    assertThat(bigQuery.inserted).isEmpty();
  }

  @Test
  void aStoppedJobCancelsItsQuery() throws Exception {
    bigQuery.pollsUntilDone = Integer.MAX_VALUE;
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch over = new CountDownLatch(1);
    JobContext context = context("a");
    Thread worker =
        new Thread(
            () -> {
              cancellation.begin();
              try {
                dataset.execute("SELECT 1").execute(context);
              } catch (Exception e) {
                thrown.set(e);
              } finally {
                cancellation.end();
                over.countDown();
              }
            });
    worker.start();
    while (bigQuery.inserted.isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(cancellation.cancel(Duration.ofSeconds(20))).isTrue();
    assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(bigQuery.cancelled)
        .containsExactly(bigQuery.inserted.get(0).at("/jobReference/jobId").asText());
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aFinishedQueryIsNotCancelledLater() throws Exception {
    dataset.execute("SELECT 1").execute(context("a"));
    cancellation.cancel(Duration.ofMillis(500));
    assertThat(bigQuery.cancelled).isEmpty();
  }

  @Test
  void anEmulatorGetsNoCredentials() throws Exception {
    dataset.execute("SELECT 1").execute(context("a"));
    assertThat(bigQuery.requests).isNotEmpty();
    assertThat(bigQuery.authorizations).isEmpty();
  }

  @Test
  void aWrongEndpointIsRefused() {
    assertThatThrownBy(
            () -> dataset.execute("SELECT 1").execute(context("a", RUN, "localhost:9050")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("bigflow.bigquery.endpoint is 'localhost:9050'");
  }

  @Test
  void theSampleWorkflowRunsInATest() {
    WorkflowTester tester =
        WorkflowTester.of(
                context -> {
                  BigQueryDataset ports =
                      BigQueryDataset.of(
                              context.config().get("bigquery.project"), "internationalports")
                          .tables("ports", "polish_ports");
                  return Workflow.builder("internationalports")
                      .schedule(Schedule.once())
                      .sequence(
                          Task.job(
                              "create_ports_table",
                              ports.createTable("CREATE TABLE IF NOT EXISTS ports (a STRING)")),
                          Task.job(
                              "populate_ports_table",
                              ports.execute("INSERT INTO `{ports}` (a) VALUES ('GDYNIA')")),
                          Task.job(
                              "select_polish_ports",
                              ports.writeTruncate("polish_ports", "SELECT a FROM `{ports}`")))
                      .build();
                })
            .config("bigquery.project", "demo")
            .config("bigflow.bigquery.endpoint", bigQuery.endpoint());
    assertThat(tester.run().order())
        .containsExactly("create_ports_table", "populate_ports_table", "select_polish_ports");
    assertThat(bigQuery.inserted).hasSize(3);
  }

  private JobContext context(String job) {
    return context(job, RUN);
  }

  private JobContext context(String job, String runId) {
    return context(job, runId, bigQuery.endpoint());
  }

  private JobContext context(String job, String runId, String endpoint) {
    return new RunContext(
        "ports",
        job,
        WorkflowTester.DEFAULT_RUNTIME,
        "dev",
        runId,
        Map.of(),
        EnvironmentConfig.builder("dev").override("bigflow.bigquery.endpoint", endpoint).build(),
        ACCOUNT,
        cancellation);
  }
}
