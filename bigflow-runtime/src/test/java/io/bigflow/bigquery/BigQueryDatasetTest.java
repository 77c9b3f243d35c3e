// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BigQueryDatasetTest {

  private final BigQueryDataset dataset =
      BigQueryDataset.of("acme-dev", "internationalports").tables("ports", "polish_ports");

  @Test
  void aliasesBecomeFullIdsAndOtherBracesStay() {
    assertThat(dataset.execute("SELECT * FROM `{ports}` JOIN `{polish_ports}`").sql())
        .isEqualTo(
            "SELECT * FROM `acme-dev.internationalports.ports` JOIN"
                + " `acme-dev.internationalports.polish_ports`");
    assertThat(dataset.execute("SELECT '{\"a\": 1}', r'x{2}', '{{ports}}', '{ }' $1 \\").sql())
        .isEqualTo("SELECT '{\"a\": 1}', r'x{2}', '{ports}', '{ }' $1 \\");
  }

  @Test
  void anUnknownAliasIsRefusedWhereTheOperationIsMade() {
    for (Runnable call :
        List.<Runnable>of(
            () -> dataset.execute("SELECT * FROM `{prots}`"),
            () -> dataset.createTable("CREATE TABLE `{prots}` (a STRING)"),
            () -> dataset.writeTruncate("ports", "SELECT * FROM `{prots}`"))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("{prots}")
          .hasMessageContaining("dataset acme-dev.internationalports")
          .hasMessageContaining("Declared: ports, polish_ports.")
          .hasMessageContaining("write {{prots}}");
    }
    assertThatThrownBy(() -> dataset.writeTruncate("prots", "SELECT 1"))
        .hasMessageContaining("'prots' is not declared")
        .hasMessageContaining("ports, polish_ports");
  }

  @Test
  void idsThatBigQueryCannotHaveAreRefused() {
    for (Runnable call :
        List.<Runnable>of(
            () -> BigQueryDataset.of("Acme Dev", "d"),
            () -> BigQueryDataset.of("acme`; DROP", "d"),
            () -> BigQueryDataset.of("acme", "inter-national"),
            () -> BigQueryDataset.of("acme", ""),
            () -> dataset.tables("a b"),
            () -> dataset.tables("a`"),
            () -> dataset.location("EU;"))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("is not the ");
    }
    assertThat(BigQueryDataset.of("example.com:acme", "d")).hasToString("example.com:acme.d");
  }

  @Test
  void aDatasetIsNotChangedByWhatIsMadeOfIt() {
    assertThat(dataset.location("US").tables("more").tables())
        .containsExactly("ports", "polish_ports", "more");
    assertThat(dataset.tables()).containsExactly("ports", "polish_ports");
  }
}
