// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.airflow.AirflowLogin;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.HttpAirflowServer;
import io.bigflow.airflow.Timer;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.deploy.DagEntry;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeAirflow.Line;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.net.ProxySelector;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggerTest {
  private final RecordingProgress progress = new RecordingProgress();
  private final FakeAirflow airflow = FakeAirflow.start(Line.AIRFLOW_3);
  private final Workflows workflows =
      new Workflows(
          HttpAirflowServer.at(
              airflow.url(), AirflowLogin.none(), ProxySelector.of(null), progress),
          "com.example",
          "jobs",
          "dev",
          DagIdPattern.DEFAULT);

  @BeforeEach
  void deploy() {
    airflow
        .dag("speed__dev", "com.example.jobs/dev/speed.py", "bigflow", "env:dev", "bigflow-build:1")
        .param("speed__dev", "raw_path", "{\"value\": null, \"schema\": {\"type\": \"string\"}}")
        .param(
            "speed__dev",
            "limit",
            "{\"value\": 10, \"schema\": {\"type\": \"integer\", \"enum\": [10, 20]}}");
  }

  @AfterEach
  void stop() {
    airflow.close();
  }

  private DagRun start(String workflow, Map<String, Object> conf) {
    return new Trigger(workflows).start(workflow, Optional.empty(), conf, "bigflow.conf", null);
  }

  @Test
  void eachRunHasAnIdOfItsOwn() {
    DagRun first = start("speed", Map.of("raw_path", "gs://x", "limit", 20));
    DagRun second = start("speed", Map.of("raw_path", "gs://x"));
    assertThat(first.runId()).matches("manual__20\\d\\d-\\d\\d-\\d\\dT[0-9:]+Z_[0-9a-f]{8}");
    assertThat(second.runId()).isNotEqualTo(first.runId());
    assertThat(airflow.bodies()).hasSize(2);
  }

  @Test
  void allThatDoesNotFitIsToldAndNothingIsStarted() {
    assertThatThrownBy(() -> start("speed", Map.of("raw_pth", 1, "limit", 30)))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("Parameter 'raw_path' is missing.")
        .hasMessageContaining("Parameter 'limit' is '30'.")
        .hasMessageContaining("Did you mean 'raw_path'?")
        .hasMessageContaining("docs/troubleshooting.md#conf-refused");
    assertThat(airflow.bodies()).isEmpty();
    assertThat(airflow.requests()).noneMatch(request -> request.method().equals("POST"));
  }

  @Test
  void aPausedDagIsNotTriggered() {
    airflow.paused("speed__dev");
    assertThatThrownBy(() -> start("speed", Map.of("raw_path", "x")))
        .hasMessageContaining("is paused: a run would stay queued")
        .hasMessageContaining("mvn bigflow:unpause -Dbigflow.workflow=speed -Dbigflow.env=dev");
    assertThat(airflow.bodies()).isEmpty();
  }

  @Test
  void whatAirflowDoesNotKnowIsExplained() {
    assertThatThrownBy(() -> start("sped", Map.of()))
        .hasMessageContaining("Airflow does not know DAG 'sped__dev' of workflow 'sped'")
        .hasMessageContaining("Did you mean the workflow of 'speed__dev'?");
    airflow.stale("speed__dev");
    assertThatThrownBy(() -> start("speed", Map.of()))
        .hasMessageContaining("The file of DAG 'speed__dev' of workflow 'speed' is gone")
        .hasMessageContaining("mvn deploy -Dbigflow.env=dev");
    airflow.importError("com.example.jobs/dev/speed.py", "Traceback\n  x\nE: no \u001b[2Jluck");
    assertThatThrownBy(() -> start("speed", Map.of()))
        .hasMessageContaining("Airflow cannot import the file of DAG 'speed__dev': E: no luck.");
    assertThatThrownBy(() -> start("../x", Map.of()))
        .hasMessageContaining("is no id of a workflow");
  }

  @Test
  void anIdThatIsTakenOrIllegalIsRefused() {
    airflow.run("speed__dev", "taken", "success");
    for (String id : List.of("taken", "a b", "ä", "x/y")) {
      assertThatThrownBy(
              () ->
                  new Trigger(workflows)
                      .start("speed", Optional.of(id), Map.of("raw_path", "x"), "conf", null))
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining("bigflow.runId");
    }
    assertThat(airflow.bodies()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]|is not a JSON object but of type array",
        "''|is not a JSON object but empty",
        "{\"a\": s3cret}|is not JSON from line 1, column",
        "{} {}|is not JSON",
        "{\"a\": 1, \"a\": 2}|is not JSON"
      })
  void whatIsNoJsonObjectIsRefusedWithoutShowingIt(String json, String message) {
    assertThatThrownBy(() -> ConfJson.parse(json, "bigflow.conf"))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("s3cret");
  }

  // ---- the wait

  private RunWatch watch(Runnable... steps) {
    return new RunWatch(
        workflows.airflow().runs(),
        progress,
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        new Timer() {
          private long now;
          private int step;

          @Override
          public long nanoTime() {
            return now;
          }

          @Override
          public void sleep(Duration duration) {
            now += duration.toNanos();
            if (step < steps.length) {
              steps[step++].run();
            }
          }
        });
  }

  private DagRun queued() {
    airflow.run("speed__dev", "r1", "queued").task("speed__dev", "r1", "count", "");
    return new DagRun("speed__dev", "r1", "queued", null, null, null);
  }

  @Test
  void theWaitTellsEachStateOnce() {
    DagRun run = queued();
    Runnable running =
        () ->
            airflow.run("speed__dev", "r1", "running").task("speed__dev", "r1", "count", "running");
    Runnable done =
        () ->
            airflow.run("speed__dev", "r1", "success").task("speed__dev", "r1", "count", "success");
    assertThat(watch(running, () -> {}, done).await("speed", run).state()).isEqualTo("success");
    assertThat(progress.said())
        .containsExactly("Waiting for run r1", "  count: running", "  count: success");
  }

  @Test
  void aFailedRunNamesTheTaskAndTheLog() {
    DagRun run = queued();
    Runnable fails =
        () ->
            airflow
                .run("speed__dev", "r1", "failed")
                .task("speed__dev", "r1", "count", "failed")
                .task("speed__dev", "r1", "load", "upstream_failed");
    assertThatThrownBy(() -> watch(fails).await("speed", run))
        .hasMessageStartingWith("Run 'r1' of DAG 'speed__dev' failed in task count.")
        .hasMessageContaining(
            "mvn bigflow:logs -Dbigflow.workflow=speed -Dbigflow.task=count -Dbigflow.runId=r1");
  }

  @Test
  void theWaitEnds() {
    DagRun run = queued();
    assertThatThrownBy(() -> watch().await("speed", run))
        .hasMessageStartingWith(
            "Run 'r1' of DAG 'speed__dev' is queued after 10.0 s; it goes on (count: none).")
        .hasMessageContaining("-Dbigflow.trigger.wait.timeout=SECONDS");
  }

  // ---- the status

  @Test
  void theStatusSetsWhatRunsBesideWhatIsDeployed() {
    airflow
        .run("speed__dev", "r1", "failed")
        .dag("other__dev", "com.example.other/dev/other.py", "bigflow", "env:dev")
        .dag("old__dev", "com.example.jobs/dev/old.py", "bigflow", "env:dev")
        .stale("old__dev")
        .dag("bad__dev", "com.example.jobs/dev/bad.py", "bigflow", "env:dev")
        .importError("com.example.jobs/dev/bad.py", "Traceback\nE: no luck")
        .importError("com.example.other/dev/other.py", "not ours");
    StatusReport report =
        StatusReport.of(
            workflows,
            "com.example:jobs",
            List.of(entry("speed", "bigflow-build:2"), entry("new", "bigflow-build:3")),
            new StreamingJobs(
                (place, name) -> {
                  throw new AssertionError("there are no streaming jobs");
                }));
    assertThat(report.lines())
        .containsExactly(
            "DAG         state         last run  started               took        next run  version",
            "bad__dev    import error  -         -                     -           -         -",
            "new__dev    unknown       -         -                     -           -         -, deployed"
                + " is 3",
            "old__dev    gone          -         -                     -           -         -",
            "speed__dev  active        failed    2026-01-01T00:00:00Z  1 min 30 s  -         1, deployed"
                + " is 2",
            "import error in dags/com.example.jobs/dev/bad.py: E: no luck");
  }

  private static DagEntry entry(String workflow, String tag) {
    return new DagEntry(
        "dags/com.example.jobs/dev/" + workflow + ".py",
        workflow + "__dev",
        workflow,
        "0",
        tag,
        "i",
        "1.0",
        List.of(),
        List.of());
  }

  @Test
  void cloudLoggingIsAskedForTheTaskAlone() {
    CloudLogging logging = new CloudLogging("my-project", "europe-west1", "central");
    Instant start = Instant.parse("2026-01-31T00:10:00Z");
    assertThat(logging.task("speed__dev", "a\"b", start, null))
        .isEqualTo(
            "https://console.cloud.google.com/logs/query;query="
                + "resource.type%3D%22cloud_composer_environment%22%0A"
                + "resource.labels.location%3D%22europe-west1%22%0A"
                + "resource.labels.environment_name%3D%22central%22%0A"
                + "labels.workflow%3D%22speed__dev%22%0A"
                + "labels.%22task-id%22%3D%22a%5C%22b%22%0A"
                + "timestamp%3E%3D%222026-01-31T00%3A05%3A00Z%22?project=my-project");
    assertThat(logging.pod("speed__dev", "count", null, start))
        .contains("resource.type%3D%22k8s_container%22")
        .contains("k8s-pod%2Ftask_id%22%3D%22count%22")
        .contains("timestamp%3C%3D%222026-01-31T00%3A15%3A00Z%22");
  }
}
