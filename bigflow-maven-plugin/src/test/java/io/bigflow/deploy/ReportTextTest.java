// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.deploy.DeployReport.Action;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTextTest {
  private static final Owner OWNER = new Owner("com.example:demo", "dev");
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  @Test
  void linksToDagsImageAndLogs() {
    String image = "europe-west1-docker.pkg.dev/my-project/jobs/demo@" + DIGEST;

    String text =
        ReportText.markdown(
            report("1.0", image),
            links(Optional.of("https://airflow.example.com"), Optional.of("my-project")));

    assertThat(text)
        .isEqualTo(
            """
            ### `com.example:demo` in environment `dev`: deployed as number 7

            | | |
            |---|---|
            | bucket | `gs://b` |
            | version | `1.0`, commit `0123456` with uncommitted changes |
            | by | `alice` |
            | image | [`%s`](https://console.cloud.google.com/artifacts/docker/my-project/europe-west1/jobs/demo/%s) |
            | result | 1 added, 0 changed, 1 removed, 1 unchanged in 1.5 s |
            | DAG files written | 1.2 s |

            | change | DAG | file | |
            |---|---|---|---|
            | added | [`new__dev`](https://airflow.example.com/dags/new__dev) | `dags/x/dev/new.py` | [logs](https://console.cloud.google.com/logs/query;query=resource.type%%3D%%22cloud_composer_environment%%22%%0Alabels.workflow%%3D%%22new__dev%%22?project=my-project) |
            | removed | `gone__dev` | `dags/x/dev/gone.py` |  |
            """
                .formatted(image, DIGEST));
  }

  @Test
  void noValueBreaksTheTableOrBringsMarkup() {
    String text =
        ReportText.markdown(
            report("1`|\n<img src=x>", "registry.example.com/demo@" + DIGEST),
            links(Optional.empty(), Optional.empty()));

    assertThat(text).contains("| version | `1???<img src=x>`, commit");
    assertThat(text).doesNotContain("](");
    assertThat(text.lines().filter(line -> line.startsWith("|")))
        .allMatch(line -> line.endsWith("|"));
  }

  private static DeployReport report(String version, String image) {
    return new DeployReport(
        "gs://b",
        OWNER,
        new Deployment(
            7,
            Deployment.Kind.DEPLOY,
            0,
            version,
            "0123456789",
            true,
            "alice",
            "2026-01-01T00:00:00Z",
            "0.1.0",
            2),
        List.of(image),
        List.of(
            new DeployReport.Item("dags/x/dev/new.py", "new__dev", Action.ADDED, Duration.ZERO),
            new DeployReport.Item("dags/x/dev/gone.py", "gone__dev", Action.REMOVED, Duration.ZERO),
            new DeployReport.Item(
                "dags/x/dev/same.py", "same__dev", Action.UNCHANGED, Duration.ZERO)),
        List.of(new DeployReport.Phase("DAG files written", Duration.ofMillis(1200))),
        Duration.ofMillis(1500));
  }

  private static ReportText.Links links(Optional<String> airflow, Optional<String> project) {
    return new ReportText.Links() {
      @Override
      public Optional<String> dag(String dagId) {
        return airflow.map(url -> url + "/dags/" + dagId);
      }

      @Override
      public Optional<String> logsProject() {
        return project;
      }
    };
  }
}
