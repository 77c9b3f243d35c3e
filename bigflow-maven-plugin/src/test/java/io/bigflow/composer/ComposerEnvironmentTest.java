// SPDX-License-Identifier: Apache-2.0
package io.bigflow.composer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the names of an environment and of its image say. */
final class ComposerEnvironmentTest {
  private static final ComposerName NAME = new ComposerName("acme-prod", "europe-west1", "central");

  @ParameterizedTest
  @CsvSource({
    "composer-3-airflow-3.3.1-build.2, 3, 3.3.1",
    "composer-3-airflow-2.11.1-build.19, 3, 2.11.1",
    "composer-2.17.9-airflow-2.11.1, 2, 2.11.1",
    "composer-1.20.12-airflow-1.10.15, 1, 1.10.15",
    "composer-2.9.7-preview.1-airflow-2.9.3, '', ''",
    "something else, '', ''",
  })
  void theImageVersionTellsGenerationAndAirflow(
      String imageVersion, String generation, String airflow) {
    ComposerEnvironment environment =
        new ComposerEnvironment(NAME, "RUNNING", "bucket", "", imageVersion, "");
    assertThat(environment.generation().map(String::valueOf).orElse("")).isEqualTo(generation);
    assertThat(environment.airflowVersion().orElse("")).isEqualTo(airflow);
  }

  @Test
  void theNameIsThatOfTheApi() {
    assertThat(NAME.resource())
        .isEqualTo("projects/acme-prod/locations/europe-west1/environments/central");
    assertThat(new ComposerName("example.com:acme-prod", "us-central1", "c").project())
        .isEqualTo("example.com:acme-prod");
  }

  @ParameterizedTest
  @CsvSource({
    "acme/prod, europe-west1, central, acme/prod, bigflow.gcpProjectId",
    "acme-prod, ../europe, central, ../europe, bigflow.composer.region",
    "acme-prod, europe-west1, Central, Central, bigflow.composer.environment",
    "acme-prod, europe-west1, a?b, a?b, bigflow.composer.environment",
  })
  void aPartThatCannotBeOneIsRefused(
      String project, String region, String environment, String wrong, String parameter) {
    assertThatThrownBy(() -> new ComposerName(project, region, environment))
        .hasMessageContaining("'" + wrong + "' cannot be the name of a")
        .hasMessageContaining(parameter);
  }
}
