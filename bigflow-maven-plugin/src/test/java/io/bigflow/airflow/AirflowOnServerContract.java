// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.AirflowWatch.Baseline;
import io.bigflow.airflow.AirflowWatch.ExpectedDag;
import io.bigflow.airflow.AirflowWatch.Pace;
import io.bigflow.control.RunWatch;
import io.bigflow.control.StatusReport;
import io.bigflow.control.StreamingJobs;
import io.bigflow.control.Trigger;
import io.bigflow.control.Workflows;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real Airflow answers. It runs with a scheduler that parses its DAGs folder every second or
 * so; a file of properties says {@code url}, {@code user}, {@code password} and {@code dags}, the
 * folder. {@code start_airflow} of {@code .ci/servers/lib.sh} starts one and writes that file.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
abstract class AirflowOnServerContract {
  private static final Pace PACE =
      new Pace(Duration.ofMillis(500), Duration.ofSeconds(60), Duration.ofSeconds(4));

  // Airflow 3's server does not take a body with an offer of HTTP/2.
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String unique = UUID.randomUUID().toString().substring(0, 8);
  private final Properties server = new Properties();
  private final RecordingProgress progress = new RecordingProgress();
  private final HttpAirflowServer airflow;
  private final AirflowWatch watch;

  AirflowOnServerContract(String variable) {
    try (Reader file = Files.newBufferedReader(Path.of(System.getenv(variable)), UTF_8)) {
      server.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    airflow = as(AirflowLogin.user(server.getProperty("user"), server.getProperty("password")));
    watch = new AirflowWatch(airflow, progress, PACE, Timer.system());
  }

  /** The line that the server is of. */
  abstract int major();

  private HttpAirflowServer as(AirflowLogin login) {
    return HttpAirflowServer.at(server.getProperty("url"), login, ProxySelector.of(null), progress);
  }

  private String dagId(String name) {
    return name + "-" + unique + "__dev";
  }

  private String path(String name) {
    return "io.bigflow.ci/dev/" + name + "-" + unique + ".py";
  }

  private ExpectedDag expected(String name, String tag) {
    return new ExpectedDag(dagId(name), tag, path(name));
  }

  /** Puts a file there as a whole, as a bucket's synchronisation does. */
  private void deploy(String name, String tag, String rest) {
    try {
      Path file = Path.of(server.getProperty("dags")).resolve(path(name));
      Files.createDirectories(file.getParent());
      Path draft = file.resolveSibling(file.getFileName() + ".draft");
      Files.writeString(
          draft,
          """
          import pendulum
          from airflow import DAG

          try:
              from airflow.providers.standard.operators.bash import BashOperator
          except ImportError:
              from airflow.operators.bash import BashOperator

          with DAG(
              dag_id="%s",
              schedule=None,
              start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
              catchup=False,
              tags=["%s", "ci"],
          ) as dag:
              # Without its pool it is never started, so a run goes on until somebody ends it.
              BashOperator(task_id="wait", bash_command="true", pool="no-such-pool")
          %s
          """
              .formatted(dagId(name), tag, rest));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A DAG with parameters, of which one task writes what a terminal would obey. */
  private void deployControlled(String name, String command) {
    try {
      Path file = Path.of(server.getProperty("dags")).resolve(path(name));
      Files.createDirectories(file.getParent());
      Path draft = file.resolveSibling(file.getFileName() + ".draft");
      Files.writeString(
          draft,
          """
          import pendulum
          from airflow import DAG

          try:
              from airflow.providers.standard.operators.bash import BashOperator
              from airflow.sdk.definitions.param import Param
          except ImportError:
              from airflow.models.param import Param
              from airflow.operators.bash import BashOperator

          with DAG(
              dag_id="%s",
              schedule=None,
              start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
              catchup=False,
              is_paused_upon_creation=False,
              params={
                  "raw_path": Param(type="string"),
                  "limit": Param(default=10, type="integer", enum=[10, 20]),
                  "day": Param(default="2026-01-31", type="string", format="date"),
              },
              tags=["bigflow", "env:dev", "bigflow-build:1"],
          ):
              BashOperator(task_id="only", bash_command=%s)
          """
              .formatted(dagId(name), command));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    watch.awaitParsed(List.of(expected(name, "bigflow-build:1")), baseline(name));
  }

  private Workflows workflows() {
    return new Workflows(airflow, "io.bigflow", "ci", "dev", DagIdPattern.DEFAULT);
  }

  private DagRun trigger(String workflow, Map<String, Object> conf, @Nullable Instant runtime) {
    return new Trigger(workflows()).start(workflow, Optional.empty(), conf, "conf", runtime);
  }

  private DagRun await(String workflow, DagRun run) {
    return new RunWatch(
            airflow.runs(), progress, Duration.ofMillis(500), Duration.ofMinutes(3), Timer.system())
        .await(workflow, run);
  }

  @Test
  @Order(6)
  void aRunIsCheckedTriggeredFollowedAndRead() {
    String name = "controlled";
    String workflow = name + "-" + unique;
    // The last lines: a colour, and what would retitle a terminal.
    deployControlled(
        name,
        "\"printf 'path={{ params['raw_path'] }} at {{ dag_run.data_interval_start or"
            + " dag_run.logical_date }}\\\\nred \\\\033[31mlamp\\\\033[0m\\\\n'\"");

    assertThat(failure(() -> trigger(workflow, Map.of("raw_pth", "gs://x", "limit", 30), null)))
        .contains("Parameter 'raw_path' is missing.")
        .contains("Parameter 'limit' is '30'.")
        .contains("Give one of: '10', '20'.")
        .contains("The workflow has no parameter 'raw_pth'.")
        .contains("Did you mean 'raw_path'?");
    // Airflow's own words for what reached it all the same.
    assertThat(
            failure(
                () ->
                    airflow
                        .runs()
                        .trigger(
                            new AirflowRuns.NewRun(
                                dagId(name), "bad-conf", Map.of("raw_path", 1), null))))
        .contains("(400): Invalid input for param raw_path: 1 is not of type 'string'");
    assertThat(airflow.runs().lastRuns(dagId(name), 5)).isEmpty();

    Instant runtime = Instant.parse("2026-02-03T04:00:00Z");
    DagRun run = trigger(workflow, Map.of("raw_path", "gs://raw/a b"), runtime);
    assertThat(run.state()).isEqualTo("queued");
    assertThat(await(workflow, run).state()).isEqualTo("success");
    assertThat(progress.lines()).anyMatch(line -> line.contains("only: success in "));

    AirflowRuns.TaskRun task = airflow.runs().tasks(dagId(name), run.runId()).get(0);
    assertThat(task.name()).isEqualTo("only");
    assertThat(task.tries()).isEqualTo(1);
    List<String> log =
        airflow.runs().log(dagId(name), run.runId(), "only", -1, 1).orElse(List.of());
    assertThat(String.join("\n", log))
        .contains("path=gs://raw/a b at 2026-02-03 04:00:00+00:00")
        .contains("red lamp")
        .doesNotContain("\u001b");
    assertThat(airflow.runs().log(dagId(name), run.runId(), "nothing", -1, 1)).isEmpty();
    assertThat(failure(() -> trigger(workflow, Map.of("raw_path", "x"), runtime)))
        .contains("has a run for this time already");
  }

  @Test
  @Order(7)
  void aRepeatedRequestFindsTheRunThatWasStarted() {
    String id = dagId("controlled");
    DagRun first =
        airflow.runs().trigger(new AirflowRuns.NewRun(id, "twice", Map.of("raw_path", "x"), null));
    assertThat(first.runId()).isEqualTo("twice");
    assertThat(
            failure(
                () ->
                    airflow
                        .runs()
                        .trigger(
                            new AirflowRuns.NewRun(id, "twice", Map.of("raw_path", "x"), null))))
        .startsWith("DAG '" + id + "' has a run 'twice' already.");
  }

  @Test
  @Order(8)
  void aFailingRunEndsTheWaitAndNamesItsTask() {
    String workflow = "failing-" + unique;
    deployControlled("failing", "\"echo no luck; exit 3\"");
    DagRun run = trigger(workflow, Map.of("raw_path", "x"), null);
    assertThat(failure(() -> await(workflow, run)))
        .startsWith(
            "Run '" + run.runId() + "' of DAG '" + dagId("failing") + "' failed in task only.")
        .contains(
            "mvn bigflow:logs -Dbigflow.workflow="
                + workflow
                + " -Dbigflow.task=only -Dbigflow.runId="
                + run.runId());
    assertThat(airflow.runs().log(dagId("failing"), run.runId(), "only", -1, 1).orElse(List.of()))
        .anyMatch(line -> line.endsWith("no luck"));
  }

  @Test
  @Order(9)
  void aPausedDagIsNotTriggered() {
    assertThat(airflow.runs().pause("nobody__dev", true)).isFalse();
    assertThat(airflow.runs().pause(dagId("failing"), true)).isTrue();
    assertThat(failure(() -> trigger("failing-" + unique, Map.of("raw_path", "x"), null)))
        .startsWith("DAG '" + dagId("failing") + "' is paused: a run would stay queued.")
        .contains("mvn bigflow:unpause -Dbigflow.workflow=failing-" + unique);
    assertThat(airflow.runs().pause(dagId("failing"), false)).isTrue();
    assertThat(airflow.dags(Set.of(dagId("failing"))).values()).noneMatch(DagState::paused);
  }

  @Test
  @Order(10)
  void theStatusShowsRunsAndImportErrors() throws Exception {
    deploy("damaged", "bigflow-build:1", "raise RuntimeError('no luck')");
    Instant end = Instant.now().plusSeconds(30);
    while (workflows().importErrors().isEmpty() && Instant.now().isBefore(end)) {
      Thread.sleep(200);
    }
    assertThat(failure(() -> trigger("damaged-" + unique, Map.of(), null)))
        .startsWith(
            "Airflow cannot import the file of DAG '"
                + dagId("damaged")
                + "': RuntimeError: no luck.");
    assertThat(failure(() -> trigger("controled-" + unique, Map.of(), null)))
        .startsWith("Airflow does not know DAG 'controled-" + unique + "__dev'")
        .contains("Did you mean the workflow of '" + dagId("controlled") + "'?")
        .contains("mvn deploy -Dbigflow.env=dev");

    StatusReport report =
        StatusReport.of(
            workflows(),
            "io.bigflow:ci",
            List.of(),
            new StreamingJobs((place, name) -> Optional.empty()));
    assertThat(report.lines())
        .anyMatch(
            line -> line.startsWith(dagId("failing") + " ") && line.matches(".* active +failed .*"))
        .anyMatch(
            line ->
                line.equals("import error in dags/" + path("damaged") + ": RuntimeError: no luck"));
    assertThat(report.dags())
        .filteredOn(dag -> dag.dagId().equals(dagId("failing")))
        .singleElement()
        .satisfies(dag -> assertThat(dag.runningBuild()).isEqualTo("bigflow-build:1"));
  }

  /** What docs/triggers.md shows, run as it is there but for the DAG. */
  @Test
  @Order(11)
  void theDocumentedRequestsStartRuns(@TempDir Path folder) throws Exception {
    String page = Files.readString(Path.of("../docs/triggers.md"));
    String curl =
        block(page, "sh", "/api/v" + (major() - 1) + "/")
            .replace("average_speed__dev", dagId("controlled"));
    String java =
        block(page, "java", "class TriggerRun").replace("average_speed__dev", dagId("controlled"));
    Path program = Files.writeString(folder.resolve("TriggerRun.java"), java);
    String python =
        block(page, "python", "urllib").replace("average_speed__dev", dagId("controlled"));
    int before = airflow.runs().lastRuns(dagId("controlled"), 100).size();

    assertThat(output("bash", "-c", curl)).contains("limit");
    assertThat(
            output(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                program.toString(),
                Integer.toString(major())))
        .contains("gs://raw/trips");
    assertThat(output("python3", "-c", python, Integer.toString(major()))).contains("manual__");
    assertThat(airflow.runs().lastRuns(dagId("controlled"), 100)).hasSize(before + 3);
  }

  private static String block(String page, String language, String content) {
    return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(found -> found.group(1))
        .filter(text -> text.contains(content))
        .findFirst()
        .orElseThrow();
  }

  private String output(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("AIRFLOW_URL", server.getProperty("url"));
    builder.environment().put("AUTHORIZATION", authorization());
    builder.environment().put("NO_PROXY", "127.0.0.1");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }

  private static String failure(Runnable action) {
    BigflowException failure = catchThrowableOfType(BigflowException.class, action::run);
    assertThat(failure).isNotNull();
    return String.valueOf(failure.getMessage());
  }

  @Test
  @Order(1)
  void theVersionIsDetected() {
    assertThat(airflow.version().major()).isEqualTo(major());
    assertThat(airflow.version().minor()).isPositive();
  }

  @Test
  @Order(2)
  void whoIsNotLetInIsTold() {
    String url = server.getProperty("url");
    assertThat(failure(as(AirflowLogin.user("ci", "wrong"))::importErrors))
        .isIn(
            denied(
                "read the import errors", "user 'ci'", 401, "GET " + url + "/api/v1/importErrors"),
            denied(
                "read the import errors", "user 'ci'", 403, "GET " + url + "/api/v1/importErrors"),
            denied("log in to the API", "user 'ci'", 401, "POST " + url + "/auth/token"));
    assertThat(failure(as(AirflowLogin.none())::importErrors))
        .contains("access is denied for no credentials (40");
    assertThat(failure(as(AirflowLogin.bearer(() -> "abc.def"))::importErrors))
        .contains("access is denied for the access token (40");
  }

  private String denied(String action, String who, int status, String where) {
    return """
    Cannot %s of Airflow at '%s': access is denied for %s (%d).
      where: %s
      fix:   Check the password, and that the user's role in Airflow reads DAGs, DAG runs and \
    import errors, for example Viewer. On Airflow 2, [api] auth_backends must name a basic_auth \
    backend.
      more:  docs/troubleshooting.md#airflow-denied"""
        .formatted(action, server.getProperty("url"), who, status, where);
  }

  @Test
  @Order(3)
  void theTagsOfEachVersionAreSeen() {
    deploy("good", "bigflow-build:1", "");
    watch.awaitParsed(List.of(expected("good", "bigflow-build:1")), baseline("good"));

    Map<String, DagState> states = airflow.dags(Set.of(dagId("good"), "unknown"));
    assertThat(states).containsOnlyKeys(dagId("good"));
    DagState state = states.values().iterator().next();
    assertThat(state.tags()).containsExactlyInAnyOrder("bigflow-build:1", "ci");
    assertThat(state.stale()).isFalse();
    assertThat(state.paused()).isTrue();
    assertThat(state.hasImportErrors()).isFalse();
    assertThat(state.lastParsed()).isNotNull();

    deploy("good", "bigflow-build:2", "");
    watch.awaitParsed(List.of(expected("good", "bigflow-build:2")), baseline("good"));

    // Asked as a list, which is what many DAGs need.
    assertThat(airflow.dags(Set.of(dagId("good"), "a__dev", "b__dev", "c__dev", "d__dev")))
        .containsOnlyKeys(dagId("good"))
        .extractingByKey(dagId("good"))
        .satisfies(dag -> assertThat(dag.tags()).contains("bigflow-build:2"));
  }

  private Baseline baseline(String name) {
    return watch.baseline(List.of(path(name)));
  }

  @Test
  @Order(4)
  void anImportErrorEndsTheWaitAndARepairClearsIt() {
    Baseline before = baseline("broken");
    deploy("broken", "bigflow-build:1", "raise RuntimeError('no luck in ' + dag.dag_id)");

    ExpectedDag first = expected("broken", "bigflow-build:1");
    String failure = failure(() -> watch.awaitParsed(List.of(first), before));

    assertThat(failure)
        .startsWith("Airflow cannot import the file of DAG '" + dagId("broken") + "'.")
        .contains("where: dags/" + path("broken"))
        .contains("Traceback (most recent call last):")
        .contains("RuntimeError: no luck in " + dagId("broken"))
        .endsWith("more:  docs/troubleshooting.md#airflow-import-error");
    assertThat(airflow.importErrors()).extracting(ImportError::file).contains(path("broken"));

    // The error of the old file is still there when the wait for the new one begins.
    Baseline old = baseline("broken");
    deploy("broken", "bigflow-build:2", "");
    watch.awaitParsed(List.of(expected("broken", "bigflow-build:2")), old);
    assertThat(airflow.importErrors()).extracting(ImportError::file).doesNotContain(path("broken"));
  }

  @Test
  @Order(5)
  void activeRunsAreSeenUntilTheyEnd() throws Exception {
    deploy("runs", "bigflow-build:1", "");
    watch.awaitParsed(List.of(expected("runs", "bigflow-build:1")), baseline("runs"));
    List<String> ids = List.of(dagId("runs"), "unknown");
    assertThat(airflow.activeRuns(ids)).isEmpty();

    send("POST", "/dags/" + dagId("runs") + "/dagRuns", trigger("ci-run"));
    // The DAG is paused, as every new one.
    assertThat(airflow.activeRuns(ids))
        .containsExactly(new ActiveRun(dagId("runs"), "ci-run", "queued", null));

    send("PATCH", "/dags/" + dagId("runs") + "?update_mask=is_paused", "{\"is_paused\": false}");
    ActiveRun run = airflow.activeRuns(ids).get(0);
    for (int i = 0; i < 300 && !run.state().equals("running"); i++) {
      Thread.sleep(100);
      run = airflow.activeRuns(ids).get(0);
    }
    assertThat(run.state()).isEqualTo("running");
    assertThat(run.start()).isNotNull();
    AirflowWatch hasty =
        new AirflowWatch(
            airflow,
            progress,
            new Pace(Duration.ofMillis(100), Duration.ofMillis(300), Duration.ZERO),
            Timer.system());
    assertThat(failure(() -> hasty.awaitIdle(ids)))
        .startsWith("1 DAG run is still active after 0.3 s.")
        .contains(dagId("runs") + " ci-run running since 20");

    send("PATCH", "/dags/" + dagId("runs") + "/dagRuns/ci-run", "{\"state\": \"failed\"}");
    watch.awaitIdle(ids);
    assertThat(airflow.activeRuns(ids)).isEmpty();
  }

  private String trigger(String runId) {
    return major() == 2
        ? "{\"dag_run_id\": \"" + runId + "\"}"
        : "{\"logical_date\": null, \"dag_run_id\": \"" + runId + "\"}";
  }

  /** The test's own way, so that what it proves does not rest on what it tests. */
  private void send(String method, String path, String body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(
                    URI.create(
                        server.getProperty("url") + (major() == 2 ? "/api/v1" : "/api/v2") + path))
                .header("Content-Type", "application/json")
                .header("Authorization", authorization())
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private String authorization() throws Exception {
    String url = server.getProperty("url");
    String user = server.getProperty("user");
    String password = server.getProperty("password");
    if (major() == 2) {
      return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }
    String login = "{\"username\": \"" + user + "\", \"password\": \"" + password + "\"}";
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(url + "/auth/token"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(login))
                .build(),
            BodyHandlers.ofString());
    Matcher token = Pattern.compile("\"access_token\" *: *\"([^\"]+)\"").matcher(answer.body());
    assertThat(token.find()).as("status %d", answer.statusCode()).isTrue();
    return "Bearer " + token.group(1);
  }
}
