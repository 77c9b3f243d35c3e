// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows is code that is compiled, described and run. */
final class DocumentationIT {

  @Test
  void everySnippetIsPartOfAProjectThatRuns() throws IOException {
    List<String> snippets = new ArrayList<>(Documentation.blocks("README.md", "java"));
    snippets.addAll(Documentation.blocks("docs/workflows.md", "java"));
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(2);
    String sources = sources("src/test/projects/docs") + sources("src/test/projects/hello");
    assertThat(snippets).allSatisfy(snippet -> assertThat(sources).contains(snippet));

    Scenario project = Scenario.copy("docs", "documentation");
    MavenResult result =
        project
            .maven()
            .with("bigflow.workflow", "sales")
            .with("bigflow.runtime", "2026-01-31T03:30:00Z")
            .run("io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":run")
            .succeeded();
    assertThat(result.output())
        .contains("Orders of Gdynia,local for 2026-01-31")
        .contains("At most 1000 prices")
        .contains("Report of run manual__2026-01-31T03:30:00Z in local");
    assertThat(result.output().indexOf("Report of run"))
        .isGreaterThan(result.output().indexOf("At most 1000 prices"));

    MavenResult trips =
        project
            .maven()
            .with("bigflow.workflow", "trips")
            .with("bigflow.runtime", "2026-01-31")
            .run("io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":run")
            .succeeded();
    assertThat(trips.output())
        .contains("Trips of 2026-01-31")
        .contains("Passed over, for it is an operator of Airflow and no job: trips.wait_for_trips")
        .contains("Passed over, for it is an operator of Airflow and no job: trips.archive_trips");

    assertThat(
            project
                .maven()
                .with("bigflow.job", "trips.wait_for_trips")
                .run("io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":run")
                .failed()
                .output())
        .contains("There is no job 'trips.wait_for_trips'")
        .contains("trips (trips.count_trips)");
    assertThat(
            project
                .maven()
                .options("-Plocal")
                .with("bigflow.envVariable", "bigflow_env")
                .run("package")
                .failed()
                .output())
        .contains(
            "operators of Airflow work in the one they are built for: reports.wait_for_trips,"
                + " reports.choose, reports.load_all, reports.load_new, reports.clean_up, trips.wait_for_trips,"
                + " trips.archive_trips.")
        .contains("where: bigflow.envVariable")
        .contains("build DAG files per environment, without bigflow.envVariable");
  }

  private static String sources(String project) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of(project))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }
}
