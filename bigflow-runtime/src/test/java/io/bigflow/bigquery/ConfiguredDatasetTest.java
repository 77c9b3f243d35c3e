// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.describe.WorkflowCompiler;
import io.bigflow.spec.TaskSpec;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A dataset that job configuration describes. */
class ConfiguredDatasetTest {
  private static final String DELEGATE = "delegate@ops.iam.gserviceaccount.com";
  private static final String TARGET = "bq@sales-dev.iam.gserviceaccount.com";
  private static final String OTHER = "jobs@sales-dev.iam.gserviceaccount.com";

  @Test
  void everyKeyIsRead() {
    BigQueryDataset dataset =
        BigQueryDataset.of(
            config(
                Map.of(
                    "ports.location", "europe-west1",
                    "ports.tables", "ports, polish_ports",
                    "ports.externalTables",
                        "offers = other-project.scorer.offers , old=example.com:p.d.t",
                    "ports.labels", "team=sea, empty=",
                    "ports.jobLabels", "cost-center=42",
                    "ports.tableLabels.ports", "content=ports",
                    "ports.impersonateServiceAccount", DELEGATE + ", " + TARGET)),
            "ports");
    assertThat(dataset).hasToString("sales-dev.internationalports");
    assertThat(dataset.project()).isEqualTo("sales-dev");
    assertThat(dataset.name()).isEqualTo("internationalports");
    assertThat(dataset.locationOrDefault()).isEqualTo("europe-west1");
    assertThat(dataset.tables()).containsExactly("ports", "polish_ports");
    assertThat(dataset.execute("{offers} {old} {polish_ports}").sql())
        .isEqualTo(
            "other-project.scorer.offers example.com:p.d.t"
                + " sales-dev.internationalports.polish_ports");
    assertThat(dataset.labels()).isEqualTo(Map.of("team", "sea", "empty", ""));
    assertThat(dataset.jobLabels()).isEqualTo(Map.of("cost-center", "42"));
    assertThat(dataset.tableLabels()).isEqualTo(Map.of("ports", Map.of("content", "ports")));
    assertThat(dataset.impersonation()).contains(new Impersonation(TARGET, List.of(DELEGATE)));
  }

  @Test
  void onlyProjectAndNameAreRequired() {
    BigQueryDataset dataset = BigQueryDataset.of(config(Map.of()), "ports");
    assertThat(dataset.locationOrDefault()).isEqualTo("EU");
    assertThat(dataset.tables()).isEmpty();
    assertThat(dataset.impersonation()).isEmpty();
    for (String key : List.of("project", "dataset")) {
      assertThatThrownBy(() -> BigQueryDataset.of(config(Map.of("ports." + key, "")), "ports"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("ports." + key);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "project                   | Sales Dev   | 'Sales Dev' is not the id of a Google Cloud project",
        "dataset                   | inter-nat   | 'inter-nat' is not the name of a BigQuery dataset",
        "location                  | EU;         | 'EU;' is not the location",
        "tables                    | ports,,b    | '' is not the name of a table",
        "tables                    | dt          | A table cannot be called 'dt' here",
        "externalTables            | offers      | 'offers' has no '='",
        "externalTables            | a=b.c       | 'b.c' is not the full id of a table",
        "externalTables            | dt=a.b.c    | A table cannot be called 'dt' here",
        "externalTables            | a=a.b.c,a=d.e.f | 'a' stands there twice",
        "labels                    | Team=sea    | 'Team' is not the key of a label",
        "jobLabels                 | team=Sea    | 'Sea' is not the value of a label",
        "impersonateServiceAccount | me@x.com    | service account",
      })
  void aWrongValueIsToldWithItsKey(String key, String value, String message) {
    assertThatThrownBy(() -> BigQueryDataset.of(config(Map.of("ports." + key, value)), "ports"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'ports." + key + "'")
        .hasMessageContaining(message);
  }

  @Test
  void labelsOfATableAreToldWithTheirKey() {
    JobConfig config =
        config(Map.of("ports.tables", "ports", "ports.tableLabels.ports", "content"));
    assertThatThrownBy(() -> BigQueryDataset.of(config, "ports"))
        .hasMessageContaining("'ports.tableLabels.ports'")
        .hasMessageContaining("'content' has no '='");
  }

  @Test
  void anAliasHasOneMeaning() {
    BigQueryDataset dataset = BigQueryDataset.of("demo", "d");
    assertThatThrownBy(() -> dataset.tables("a").externalTable("a", "p.d.t"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("{a} would be both");
    assertThatThrownBy(() -> dataset.externalTable("a", "p.d.t").tables("a"))
        .hasMessageContaining("{a} would be both");
  }

  @Test
  void theAccountOfTheDatasetWins() {
    BigQueryDataset dataset =
        BigQueryDataset.of("demo", "d").impersonateServiceAccount(DELEGATE, TARGET);
    JobTask task = Task.job("a", dataset.execute("SELECT 1")).impersonateServiceAccount(OTHER);
    Workflow workflow = Workflow.builder("w").task(task).impersonateServiceAccount(OTHER).build();
    JobConfig config = config(Map.of(Impersonation.KEY, OTHER));
    assertThat(Impersonation.of(task, workflow, config))
        .contains(new Impersonation(TARGET, List.of(DELEGATE)));
    assertThat(described(workflow, config)).containsExactly(DELEGATE, TARGET);
  }

  @Test
  void aDatasetWithoutAnAccountLeavesItToTheTask() {
    BigQueryDataset dataset = BigQueryDataset.of("demo", "d");
    JobConfig config = config(Map.of(Impersonation.KEY, OTHER));
    Task task = Task.job("a", dataset.waitUntil("SELECT TRUE"));
    assertThat(described(Workflow.builder("w").task(task).build(), config)).containsExactly(OTHER);
    Task own = Task.job("a", dataset.waitUntil("SELECT TRUE")).impersonateServiceAccount(TARGET);
    assertThat(described(Workflow.builder("w").task(own).build(), config)).containsExactly(TARGET);
  }

  private static List<String> described(Workflow workflow, JobConfig config) {
    TaskSpec task = new WorkflowCompiler().compile("W", workflow, "dev", config).tasks().get(0);
    return Objects.requireNonNull(task.settings().impersonation());
  }

  private static JobConfig config(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ports.project", "sales-dev");
    all.put("ports.dataset", "internationalports");
    all.putAll(more);
    return EnvironmentConfig.builder("dev").overrides(all).build();
  }
}
