// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.AirflowRuns.NewRun;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeAirflow.Line;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.net.ProxySelector;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpAirflowRunsTest {
  private static final Retries FAST =
      new Retries(
          3,
          Duration.ofMillis(1),
          Duration.ofMillis(2),
          Duration.ofSeconds(20),
          Duration.ofSeconds(10));

  private FakeAirflow fake = FakeAirflow.start(Line.AIRFLOW_3);

  @AfterEach
  void stop() {
    fake.close();
  }

  private AirflowRuns start(Line line) {
    fake.close();
    fake = FakeAirflow.start(line).dag("a__dev", "g.a/dev/a.py", "bigflow", "env:dev");
    return HttpAirflowServer.at(
            fake.url(),
            AirflowLogin.none(),
            ProxySelector.of(null),
            new RecordingProgress(),
            FAST,
            Timer.system())
        .runs();
  }

  private static String api(Line line) {
    return line == Line.AIRFLOW_2 ? "/api/v1" : "/api/v2";
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aRunIsStartedWithTheBodyOfTheLine(Line line) {
    AirflowRuns runs = start(line);
    DagRun run = runs.trigger(new NewRun("a__dev", "r:1+", Map.of("x", List.of(1)), null));
    assertThat(run.state()).isEqualTo("queued");
    JsonNode body = fake.bodies().get(0);
    assertThat(body.path("dag_run_id").asText()).isEqualTo("r:1+");
    assertThat(body.path("conf").toString()).isEqualTo("{\"x\":[1]}");
    assertThat(body.has("logical_date")).isEqualTo(line == Line.AIRFLOW_3);
    assertThat(body.path("logical_date").isNull()).isEqualTo(line == Line.AIRFLOW_3);

    runs.trigger(new NewRun("a__dev", "r2", Map.of(), Instant.parse("2026-01-31T00:00:00Z")));
    JsonNode dated = fake.bodies().get(1);
    for (String key : List.of("logical_date", "data_interval_start", "data_interval_end")) {
      assertThat(dated.path(key).asText()).isEqualTo("2026-01-31T00:00:00Z");
    }
    assertThat(runs.runLink("a__dev", "r:1+ b").toString())
        .isEqualTo(
            fake.url()
                + "/dags/a__dev/"
                + (line == Line.AIRFLOW_2 ? "grid?dag_run_id=" : "runs/")
                + "r%3A1%2B%20b");
  }

  /** The first request did its work, but its answer was lost. */
  @ParameterizedTest
  @EnumSource(Line.class)
  void aLostAnswerDoesNotStartASecondRun(Line line) {
    AirflowRuns runs = start(line);
    fake.run("a__dev", "mine", "queued")
        .failing("POST " + api(line) + "/dags/a__dev/dagRuns", 0, 1);
    assertThat(runs.trigger(new NewRun("a__dev", "mine", Map.of(), null)).runId())
        .isEqualTo("mine");
    assertThat(fake.bodies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aTakenIdIsTold(Line line) {
    AirflowRuns runs = start(line);
    fake.run("a__dev", "taken", "success");
    assertThatThrownBy(() -> runs.trigger(new NewRun("a__dev", "taken", Map.of(), null)))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith("DAG 'a__dev' has a run 'taken' already.");
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void theReasonOfARefusalIsToldOnOneSafeLine(Line line) {
    AirflowRuns runs = start(line);
    String request = "POST " + api(line) + "/dags/a__dev/dagRuns";
    Map<String, String> json = Map.of("Content-Type", "application/json");
    fake.answering(
        request, 400, json, "{\"detail\": \"bad\\u001b[31m\\npath\\n\\nOn instance: 1\"}", 1);
    assertThatThrownBy(() -> runs.trigger(new NewRun("a__dev", "r", Map.of(), null)))
        .hasMessageContaining("(400): bad path.\n")
        .hasMessageEndingWith("docs/troubleshooting.md#trigger-refused");
    fake.answering(
        request,
        422,
        json,
        "{\"detail\": [{\"loc\": [\"body\", \"conf\"], \"msg\": \"no dict\", \"input\": \"s3cret\"}]}",
        1);
    assertThatThrownBy(() -> runs.trigger(new NewRun("a__dev", "r", Map.of(), null)))
        .hasMessageContaining("(422): conf: no dict.\n")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void tasksLogsAndParametersAreRead(Line line) {
    AirflowRuns runs = start(line);
    fake.run("a__dev", "r1", "failed")
        .task("a__dev", "r1", "b", "failed")
        .task("a__dev", "r1", "c", "")
        .log("a__dev", "r1", "b", 1, "one\u001b[2J\ntwo")
        .param("a__dev", "limit", "{\"value\": 10, \"schema\": {\"type\": \"integer\"}}")
        .param(
            "a__dev",
            "day",
            "{\"value\": null, \"schema\": {\"type\": \"string\", \"format\": \"date\"}}");
    assertThat(runs.tasks("a__dev", "r1"))
        .extracting(AirflowRuns.TaskRun::name, AirflowRuns.TaskRun::state)
        .containsExactly(tuple("b", "failed"), tuple("c", "none"));
    assertThat(runs.log("a__dev", "r1", "b", -1, 1).orElse(List.of()))
        .hasSize(2)
        .last()
        .asString()
        .endsWith("two");
    assertThat(runs.log("a__dev", "r1", "b", -1, 2)).isEmpty();
    assertThat(runs.params("a__dev"))
        .containsExactly(
            new AirflowRuns.DagParam("limit", "integer", "", 10, List.of()),
            new AirflowRuns.DagParam("day", "string", "date", null, List.of()));
    assertThat(runs.params("nobody")).isEmpty();
    assertThat(runs.pause("a__dev", true)).isTrue();
    assertThat(fake.isPaused("a__dev")).isTrue();
    assertThat(runs.pause("nobody", true)).isFalse();
    assertThat(runs.dagsWith(List.of("bigflow", "env:dev")))
        .extracting(DagState::dagId)
        .containsExactly("a__dev");
    assertThat(runs.dagsWith(List.of("bigflow", "env:prod"))).isEmpty();
  }
}
