// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bigquery.FakeBigQuery.Fault;
import io.bigflow.workflow.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What BigQuery and the network do wrong. */
class BigQueryFaultsTest extends OnFakeBigQuery {

  private static final String ROLES = "Grant the job's service account roles/bigquery.jobUser";

  @ParameterizedTest
  @CsvSource({
    "429, rateLimitExceeded",
    "429, other",
    "500, internalError",
    "502, backendError",
    "503, backendError",
    "504, backendError",
    "403, rateLimitExceeded",
    "403, jobRateLimitExceeded",
  })
  void aBurstBeforeTheJobIsPassedOver(int status, String reason) throws Exception {
    Fault first = Fault.refused("GET .*/datasets/", status, reason, 2);
    Fault second = Fault.refused("POST .*/jobs", status, reason, 3);
    bigQuery.faults.addAll(List.of(first, second));
    run(dataset.execute("SELECT 1"));
    assertThat(first.left() + second.left()).isZero();
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void aBurstWhileTheJobIsAtWorkIsPassedOver(int status) throws Exception {
    bigQuery.pollsUntilDone = 1;
    Fault fault = Fault.refused("GET .*/jobs/bigflow_", status, "backendError", 4);
    bigQuery.faults.add(fault);
    run(dataset.execute("SELECT 1"));
    assertThat(fault.left()).isZero();
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 500, 503})
  void aLostAnswerStartsNoSecondJob(int status) throws Exception {
    bigQuery.faults.add(Fault.lost("POST .*/jobs", status, 1));
    run(dataset.writeAppend("ports", "SELECT 1"));
    assertThat(bigQuery.inserted).hasSize(1);
    // The client asks again, and hears that the job is there.
    assertThat(bigQuery.count("POST .*/jobs")).isEqualTo(2);
  }

  @Test
  void noAnswerAtAllStillFindsTheJob() throws Exception {
    bigQuery.faults.add(Fault.lost("POST .*/jobs", 503, 99));
    run(dataset.writeAppend("ports", "SELECT 1"));
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @Test
  void anOutageThatLastsFailsAndTheNextTryJoins() throws Exception {
    bigQuery.pollsUntilDone = 3;
    BigQueryStatement append = dataset.writeAppend("ports", "SELECT 1");
    bigQuery.faults.add(Fault.refused("GET .*/datasets/", 503, "backendError", 99));
    assertThatThrownBy(() -> run(append))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessage(
            "Cannot write table demo.internationalports.ports: planned backendError"
                + " (backendError).");
    assertThat(bigQuery.inserted).isEmpty();

    bigQuery.faults.clear();
    Fault once = Fault.refused("GET .*/jobs/", 404, "notFound", 1);
    bigQuery.faults.addAll(List.of(once, Fault.refused("GET .*/jobs/", 503, "backendError", 99)));
    assertThatThrownBy(() -> run(append))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("planned backendError")
        .hasMessageContaining("BigQuery job: https://console.cloud.google.com/");
    assertThat(bigQuery.inserted).hasSize(1);
    assertThat(bigQuery.cancelled).isEmpty();
    bigQuery.faults.clear();
    run(append);
    assertThat(bigQuery.inserted).hasSize(1);
  }

  @Test
  void rowsAreReadInSpiteOfErrors() throws Exception {
    bigQuery.columns = "[{\"name\": \"x\", \"type\": \"INTEGER\"}]";
    bigQuery.rowCount = 25_000;
    bigQuery.rows = index -> "{\"f\":[{\"v\":\"" + index + "\"}]}";
    bigQuery.faults.add(Fault.refused("GET .*/queries/", 500, "internalError", 2));
    bigQuery.faults.add(Fault.lost("GET .*/data.*pageToken=10000", 0, 2));
    bigQuery.faults.add(Fault.refused("GET .*/data.*pageToken=20000", 503, "backendError", 2));
    BigQueryRows rows = dataset.collect("SELECT 1").run(hasty(dataset, context()));
    assertThat(rows.stream().mapToLong(row -> (Long) row.get("x")).sum())
        .isEqualTo(25_000L * 24_999 / 2);

    bigQuery.faults.clear();
    bigQuery.faults.add(Fault.refused("GET .*/data.*pageToken=10000", 500, "internalError", 99));
    assertThatThrownBy(() -> rows.toList())
        .isInstanceOf(BigQueryFailure.class)
        .hasMessageContaining("Cannot read the rows of: collect rows from")
        .hasMessageContaining("planned internalError");
    bigQuery.faults.add(Fault.refused("GET .*/queries/", 500, "internalError", 99));
    assertThatThrownBy(() -> rows.count())
        .isInstanceOf(BigQueryFailure.class)
        .hasMessageContaining("BigQuery job: https://console.cloud.google.com/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quotaExceeded", "rateLimitExceeded"})
  void aQuotaIsNoMatterOfRoles(String reason) {
    bigQuery.faults.add(Fault.refused("POST .*/jobs", 403, reason, 99));
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1")))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageContaining("planned " + reason)
        .hasMessageEndingWith(
            " A quota of project 'demo' is used up for now, so a later try may succeed. Its quotas:"
                + " https://console.cloud.google.com/iam-admin/quotas?project=demo")
        .hasMessageNotContaining("roles/");
    assertThat(bigQuery.count("POST .*/jobs") == 1).isEqualTo(reason.equals("quotaExceeded"));
  }

  @Test
  void aJobThatFailsForAQuotaOrForRolesSaysSo() {
    bigQuery.failure = "Quota exceeded: Your table exceeded quota for imports";
    bigQuery.failureReason = "quotaExceeded";
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1")))
        .hasMessageContaining("Quota exceeded: Your table")
        .hasMessageContaining("iam-admin/quotas?project=demo");
    bigQuery.failure = "Access Denied: Table other:d.t: User does not have permission to query";
    bigQuery.failureReason = "accessDenied";
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1"))).hasMessageContaining(ROLES);
  }

  @Test
  void otherRefusalsHaveTheirOwnAdvice() {
    refuse("billingNotEnabled");
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1")))
        .hasMessageContaining("planned billingNotEnabled (billingNotEnabled).")
        .hasMessageNotContaining("roles/");
    refuse("accessNotConfigured");
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1")))
        .hasMessageEndingWith(
            " Run: gcloud services enable bigquery.googleapis.com --project=demo");
    refuse("accessDenied");
    assertThatThrownBy(() -> run(dataset.execute("SELECT 1")))
        .hasMessageContaining(ROLES)
        .hasMessageNotContaining("dataOwner");
    BigQueryDataset labelled = dataset.labels(Map.of("a", "b"));
    assertThatThrownBy(() -> labelled.execute("SELECT 1").run(hasty(labelled, context())))
        .hasMessageContaining("roles/bigquery.dataOwner on the dataset if it is to label it");
  }

  private void refuse(String reason) {
    bigQuery.faults.clear();
    bigQuery.faults.add(Fault.refused("GET .*/datasets/", 403, reason, 99));
  }

  @Test
  void aTableThatIsNotThereIsNamed() {
    bigQuery.failure =
        "Not found: Table demo:internationalports.ports was not found in location EU";
    bigQuery.failureReason = "notFound";
    assertThatThrownBy(() -> run(dataset.writeTruncate("ports", "SELECT 1")))
        .isInstanceOf(BigQueryJobException.class)
        .hasMessageStartingWith(
            "Cannot write table demo.internationalports.ports: Not found: Table"
                + " demo:internationalports.ports was not found in location EU (notFound in query)."
                + " BigQuery job: https://console.cloud.google.com/bigquery?project=demo&j=bq:EU:");
  }

  @Test
  void wrongSqlShowsItsLine() {
    bigQuery.failure = "Unrecognized name: contry at [2:7]";
    assertThatThrownBy(() -> run(dataset.collect("SELECT *\nWHERE contry = 1")))
        .hasMessageContaining(
            "Cannot collect rows from demo.internationalports: Unrecognized name: contry at [2:7]"
                + " (invalidQuery in query). SQL line 2: WHERE contry = 1 BigQuery job: ");
  }

  @Test
  void anAddressThatNobodyAnswersIsNamed() {
    String address = bigQuery.endpoint();
    bigQuery.close();
    for (BigQueryOperation<?> operation :
        List.of(
            dataset.execute("SELECT 1"),
            dataset.tableExists("ports"),
            dataset.dryRun("SELECT 1"),
            dataset.insert("ports", List.of(Map.of("a", 1))))) {
      assertThatThrownBy(() -> run(operation))
          .isInstanceOf(BigQueryJobException.class)
          .hasMessageContaining("Cannot " + operation.toString().replace("dry-run: ", ""))
          .hasMessageContaining("Connection refused")
          .hasMessageEndingWith(
              " BigQuery cannot be reached at "
                  + address
                  + "; look at the network, or correct bigflow.bigquery.endpoint.");
    }
  }

  @Test
  void aMistakeIsNotRepeated() {
    bigQuery.refusal = 400;
    assertThatThrownBy(() -> run(dataset.execute("SELEC 1")))
        .isInstanceOf(BigQueryJobException.class)
        .isNotInstanceOf(ConfigurationException.class);
    assertThat(bigQuery.count("POST .*/jobs")).isEqualTo(1);
  }

  private void run(BigQueryOperation<?> operation) throws Exception {
    operation.run(hasty(dataset, context()));
  }
}
