// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.bigquery.FormatOptions;
import io.bigflow.workflow.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BigQueryLabelsTest extends OnFakeBigQuery {

  @Test
  void anAbsentDatasetIsCreatedWithItsLabels() throws Exception {
    bigQuery.datasets.clear();
    dataset.labels(Map.of("team", "sea")).execute("SELECT 1").run(context());
    assertThat(bigQuery.created).hasSize(1);
    assertThat(labels(bigQuery.created.get(0))).isEqualTo(Map.of("team", "sea"));
  }

  @Test
  void labelsOfOthersStay() throws Exception {
    bigQuery.datasetLabels.put("internationalports", Map.of("owner", "them", "team", "land"));
    dataset.labels(Map.of("team", "sea")).execute("SELECT 1").run(context());
    assertThat(bigQuery.updates).hasSize(1);
    assertThat(labels(bigQuery.updates.get(0))).isEqualTo(Map.of("owner", "them", "team", "sea"));
    // Nothing but the labels is sent, so nothing else can be undone.
    assertThat(bigQuery.updates.get(0).has("location")).isFalse();
    assertThat(bigQuery.updates.get(0).has("access")).isFalse();
  }

  @Test
  void whatIsLabelledAlreadyIsNotUpdated() throws Exception {
    bigQuery.datasetLabels.put("internationalports", Map.of("owner", "them", "team", "sea"));
    bigQuery.addTable("ports", "{\"labels\": {\"content\": \"ports\", \"a\": \"b\"}}");
    dataset
        .labels(Map.of("team", "sea"))
        .tableLabels("ports", Map.of("content", "ports"))
        .execute("SELECT 1")
        .run(context());
    assertThat(bigQuery.updates).isEmpty();
  }

  @Test
  void tablesAreLabelledAfterAWrite() throws Exception {
    bigQuery.addTable("ports", "{\"labels\": {\"a\": \"b\"}}");
    BigQueryDataset labelled = dataset.tableLabels("ports", Map.of("content", "ports"));
    labelled.writeTruncate("ports", "SELECT 1").run(context());
    labelled.load("ports", FormatOptions.avro(), "gs://b/o").run(context());
    assertThat(bigQuery.updates).hasSize(2);
    for (JsonNode update : bigQuery.updates) {
      assertThat(labels(update)).isEqualTo(Map.of("a", "b", "content", "ports"));
    }
    assertThat(bigQuery.requests.indexOf(request("/jobs?")))
        .isLessThan(bigQuery.requests.indexOf(request("/tables/ports")));
  }

  private String request(String part) {
    return bigQuery.requests.stream().filter(text -> text.contains(part)).findFirst().orElseThrow();
  }

  @Test
  void jobsSayWhereTheyComeFrom() throws Exception {
    String job = "Ports.V2/" + "x".repeat(100);
    dataset
        .jobLabels(Map.of("cost-center", "42", "bigflow-env", "other"))
        .execute("SELECT 1")
        .run(context(job, "run", bigQuery.endpoint()));
    assertThat(labels(configuration()))
        .isEqualTo(
            Map.of(
                "cost-center",
                "42",
                "bigflow-workflow",
                "ports",
                "bigflow-env",
                "dev",
                "bigflow-job",
                "ports_v2_" + "x".repeat(54)));
    dataset.dryRun("SELECT 1").run(context());
    assertThat(labels(bigQuery.dryRuns.get(0).path("configuration")))
        .containsEntry("bigflow-job", "ports_load");
  }

  @Test
  void labelsThatBigQueryCannotHaveAreRefused() {
    for (Map<String, String> labels :
        List.of(
            Map.of("Team", "sea"),
            Map.of("team", "Sea"),
            Map.of("1", "a"),
            Map.of("", "a"),
            Map.of("a", "b c"),
            Map.of("a", "x".repeat(64)))) {
      assertThatThrownBy(() -> dataset.labels(labels)).isInstanceOf(ConfigurationException.class);
      assertThatThrownBy(() -> dataset.jobLabels(labels))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("of a label");
    }
    assertThatThrownBy(() -> dataset.tableLabels("prots", Map.of()))
        .hasMessageContaining("Table 'prots' is not declared");
  }

  private static Map<String, String> labels(JsonNode body) {
    return new ObjectMapper().convertValue(body.path("labels"), new TypeReference<>() {});
  }
}
