// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.ProjectDirectory;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations that run by themselves, as in a shell. */
class AdHocRunTest extends OnFakeBigQuery {

  @TempDir private Path folder = Path.of("");
  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

  @BeforeEach
  void configure() {
    ProjectDirectory project =
        new ProjectDirectory(folder)
            .with("application.properties", BigQueryOperation.ENDPOINT_KEY + "=http://127.0.0.1:1")
            .with(
                "application-local.properties",
                BigQueryOperation.ENDPOINT_KEY + "=" + bigQuery.endpoint());
    Thread.currentThread().setContextClassLoader(project.loader());
  }

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(loader);
  }

  @Test
  void theConfigurationOfTheLocalEnvironmentIsRead() throws Exception {
    dataset.execute("SELECT 1").run();
    assertThat(configuration().at("/labels/bigflow-env").asText()).isEqualTo("local");
    assertThat(configuration().at("/labels/bigflow-workflow").asText()).isEqualTo("adhoc");
  }

  @Test
  void noRunSharesAJobWithAnother() throws Exception {
    BigQueryStatement append = dataset.writeAppend("ports", "SELECT 1");
    ZonedDateTime runtime = ZonedDateTime.of(2026, 1, 1, 0, 30, 0, 0, ZoneId.of("Europe/Warsaw"));
    append.run(runtime);
    append.run(runtime);
    assertThat(bigQuery.inserted)
        .extracting(job -> job.at("/jobReference/jobId").asText())
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void theRuntimeIsTheGivenOneInUtcOrNow() throws Exception {
    BigQueryStatement statement = dataset.execute("SELECT '{dt}', @runtime_date");
    statement.run(ZonedDateTime.of(2026, 1, 1, 0, 30, 0, 0, ZoneId.of("Europe/Warsaw")));
    assertThat(configuration().at("/query/query").asText()).contains("'2025-12-31 23:30:00'");
    assertThat(configuration().at("/query/queryParameters/0/parameterValue/value").asText())
        .isEqualTo("2025-12-31");
    ZonedDateTime before = ZonedDateTime.now(ZoneId.of("UTC")).minusSeconds(1);
    statement.run();
    String text = configuration().at("/query/query").asText().substring(8, 27).replace(' ', 'T');
    assertThat(ZonedDateTime.parse(text + "Z"))
        .isBetween(before, ZonedDateTime.now(ZoneId.of("UTC")));
  }
}
