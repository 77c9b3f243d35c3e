// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeAirflow.Line;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.ProxyLogins;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAirflowServerTest {
  private static final Map<String, String> HTML =
      Map.of("Content-Type", "text/html; charset=utf-8");
  private static final ProxySelector DIRECT = ProxySelector.of(null);

  private final RecordingProgress progress = new RecordingProgress();
  private final FakeTimer timer = new FakeTimer();
  private FakeAirflow airflow = FakeAirflow.start(Line.AIRFLOW_3);

  @AfterEach
  void close() {
    ProxyLogins.forget();
    airflow.close();
  }

  private FakeAirflow start(Line line) {
    airflow.close();
    airflow = FakeAirflow.start(line);
    return airflow;
  }

  private HttpAirflowServer at(String address, AirflowLogin login, Duration exchange) {
    return HttpAirflowServer.at(
        address,
        login,
        DIRECT,
        progress,
        new Retries(
            4, Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofSeconds(60), exchange),
        timer);
  }

  private HttpAirflowServer client(FakeAirflow fake, AirflowLogin login) {
    return at(fake.url(), login, Duration.ofSeconds(20));
  }

  private HttpAirflowServer client(FakeAirflow fake) {
    return client(fake, AirflowLogin.none());
  }

  private static String failure(Runnable action) {
    BigflowException failure = catchThrowableOfType(BigflowException.class, action::run);
    assertThat(failure).isNotNull();
    return String.valueOf(failure.getMessage());
  }

  // ---- what is read

  @Test
  void theVersionIsFoundAndRemembered() {
    HttpAirflowServer two = client(start(Line.AIRFLOW_2).saying("2.10.5+composer"));
    assertThat(two.version()).isEqualTo(new AirflowVersion("2.10.5+composer", 2, 10));
    assertThat(two.dagLink("a.b__dev")).isEqualTo(URI.create(two.name() + "/dags/a.b__dev/grid"));
    assertThat(airflow.requests())
        .hasToString("[GET /api/v2/version 404, GET /api/v1/version 200]");

    HttpAirflowServer three = client(start(Line.AIRFLOW_3));
    assertThat(three.version()).isEqualTo(new AirflowVersion("3.3.2", 3, 3));
    assertThat(three.dagLink("a__dev")).isEqualTo(URI.create(three.name() + "/dags/a__dev"));
    assertThat(airflow.requests()).hasToString("[GET /api/v2/version 200]");
  }

  @Test
  void versionsAreCompared() {
    AirflowVersion version = AirflowVersion.parse("2.11.1+composer").orElseThrow();
    assertThat(version.isAtLeast(2, 11)).isTrue();
    assertThat(version.isAtLeast(2, 12)).isFalse();
    assertThat(version.isAtLeast(3, 0)).isFalse();
    assertThat(version.isAtLeast(1, 20)).isTrue();
    assertThat(AirflowVersion.parse("3.4.0rc1")).hasValue(new AirflowVersion("3.4.0rc1", 3, 4));
    assertThat(AirflowVersion.parse("3")).isEmpty();
    assertThat(AirflowVersion.parse("3.4 <b>")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void dagsAreRead(Line line) {
    start(line)
        .dag("a__dev", "g.a/dev/a.py", "bigflow-build:1", "team")
        .dag("b__dev", "g.a/dev/b.py")
        .paused("b__dev")
        .importError("g.a/dev/b.py", "Traceback")
        .dag("c__dev", "g.a/dev/c.py")
        .stale("c__dev")
        .dag("other", "other.py");

    assertThat(client(airflow).dags(List.of("c__dev", "nobody", "a__dev", "b__dev")))
        .containsExactly(
            Map.entry(
                "a__dev",
                new DagState(
                    "a__dev",
                    Set.of("bigflow-build:1", "team"),
                    false,
                    false,
                    false,
                    seconds(1),
                    "g.a/dev/a.py",
                    null)),
            Map.entry(
                "b__dev",
                new DagState(
                    "b__dev", Set.of(), true, false, true, seconds(2), "g.a/dev/b.py", null)),
            Map.entry(
                "c__dev",
                new DagState(
                    "c__dev", Set.of(), false, true, false, seconds(4), "g.a/dev/c.py", null)));
  }

  private static Instant seconds(int number) {
    return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number);
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void manyDagsComeInPagesAndFewOneByOne(Line line) {
    start(line);
    List<String> ours = IntStream.range(0, 250).mapToObj(i -> "job" + i + "__dev").toList();
    ours.forEach(id -> airflow.dag(id, id + ".py"));
    IntStream.range(0, 900).forEach(i -> airflow.dag("foreign" + i, i + ".py"));
    HttpAirflowServer client = client(airflow);
    client.version();

    airflow.clearRequests();
    assertThat(client.dags(ours)).hasSize(250);
    assertThat(airflow.requests()).hasSize(3);

    airflow.clearRequests();
    assertThat(client.dags(ours.subList(0, 3))).hasSize(3);
    assertThat(airflow.requests()).hasSize(3);

    // Nothing in common, so the list would have twelve pages: five questions are fewer.
    airflow.clearRequests();
    assertThat(client.dags(List.of("foreign7", "job1__dev", "y-x", "foreign899", "zz"))).hasSize(3);
    assertThat(airflow.requests()).hasSizeLessThanOrEqualTo(6);

    airflow.clearRequests();
    assertThat(client.dags(List.of())).isEmpty();
    assertThat(client.activeRuns(List.of())).isEmpty();
    assertThat(airflow.requests()).isEmpty();
  }

  @Test
  void theCommonPartIsAPrefixOrASuffix() {
    assertThat(HttpAirflowServer.commonPart(List.of("a__dev", "bb__dev"))).isEqualTo("__dev");
    assertThat(HttpAirflowServer.commonPart(List.of("dev_a", "dev_b"))).isEqualTo("dev_");
    assertThat(HttpAirflowServer.commonPart(List.of("same"))).isEqualTo("same");
    assertThat(HttpAirflowServer.commonPart(List.of("a", "b"))).isEmpty();
    assertThat(HttpAirflowServer.commonPart(List.of("aa", "a"))).isEqualTo("a");
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void activeRunsAreReadInPages(Line line) {
    start(line).run("b__dev", "manual", "queued").run("b__dev", "old", "success");
    IntStream.range(0, 120).forEach(i -> airflow.run("a__dev", "r" + i, "running"));
    airflow.run("foreign", "r", "running");
    HttpAirflowServer client = client(airflow);
    client.version();
    airflow.clearRequests();

    List<ActiveRun> runs = client.activeRuns(List.of("b__dev", "a__dev", "nobody"));

    assertThat(runs).hasSize(121);
    assertThat(runs.get(0)).isEqualTo(new ActiveRun("a__dev", "r0", "running", seconds(0)));
    assertThat(runs.get(120)).isEqualTo(new ActiveRun("b__dev", "manual", "queued", null));
    assertThat(airflow.requests()).hasSize(2);
  }

  @Test
  void theRunsOfManyDagsTakeFewRequests() {
    start(Line.AIRFLOW_3).run("job1499", "r", "queued");
    HttpAirflowServer client = client(airflow);
    client.version();
    airflow.clearRequests();

    assertThat(client.activeRuns(IntStream.range(0, 1500).mapToObj(i -> "job" + i).toList()))
        .hasSize(1);
    assertThat(airflow.requests()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void importErrorsAreReadInPagesWithPathsBelowTheDagsFolder(Line line) {
    start(line);
    IntStream.range(0, 101).forEach(i -> airflow.importError("g.a/dev/" + i + ".py", "Trace " + i));

    List<ImportError> errors = client(airflow).importErrors();

    assertThat(errors).hasSize(101);
    assertThat(errors.get(0)).isEqualTo(new ImportError("g.a/dev/0.py", "Trace 0", seconds(1)));
  }

  @Test
  void pathsOfImportErrorsBeginBelowTheDagsFolder() {
    assertThat(HttpAirflowServer.belowDags("/home/airflow/gcs/dags/g.a/dags/x.py"))
        .isEqualTo("g.a/dags/x.py");
    assertThat(HttpAirflowServer.belowDags("/opt/airflow/dags/g.a/x.py")).isEqualTo("g.a/x.py");
    assertThat(HttpAirflowServer.belowDags("g.a/dags/x.py")).isEqualTo("g.a/dags/x.py");
    assertThat(HttpAirflowServer.belowDags("/srv/flows/g.a/x.py")).isEqualTo("/srv/flows/g.a/x.py");
    assertThat(new ImportError("/srv/flows/g.a/x.py", "", null).isAbout("g.a/x.py")).isTrue();
    assertThat(new ImportError("/srv/flows/other.g.a/x.py", "", null).isAbout("g.a/x.py"))
        .isFalse();
  }

  // ---- who we are

  @ParameterizedTest
  @EnumSource(Line.class)
  void aUserLogsIn(Line line) {
    start(line).requiring("ci", "pa\"ss:ż");
    HttpAirflowServer client = client(airflow, AirflowLogin.user("ci", "pa\"ss:ż"));

    assertThat(client.importErrors()).isEmpty();
    assertThat(client.importErrors()).isEmpty();
    assertThat(airflow.requests().stream().filter(r -> r.path().startsWith("/auth/token")))
        .hasSize(line == Line.AIRFLOW_2 ? 0 : 1);
  }

  @Test
  void anEndedTokenIsRenewedOnce() {
    start(Line.AIRFLOW_3).requiring("ci", "secret");
    HttpAirflowServer client = client(airflow, AirflowLogin.user("ci", "secret"));
    client.importErrors();
    airflow.forgettingTokens().clearRequests();

    assertThat(client.importErrors()).isEmpty();
    assertThat(airflow.requests())
        .extracting(FakeAirflow.Request::status)
        .containsExactly(403, 201, 200);
  }

  @Test
  void aTokenIsAskedForEachRequest() {
    start(Line.AIRFLOW_3).requiringToken("t-2");
    AtomicInteger count = new AtomicInteger();
    HttpAirflowServer client =
        client(airflow, AirflowLogin.bearer(() -> "t-" + count.incrementAndGet()));

    assertThat(client.importErrors()).isEmpty();
    assertThat(count).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource(Line.class)
  void aWrongPasswordIsSaidWithoutShowingIt(Line line) {
    start(line).requiring("ci", "right");
    AirflowLogin login = AirflowLogin.user("ci", "wr0ng");
    HttpAirflowServer client = client(airflow, login);

    String what = line == Line.AIRFLOW_2 ? "read the import errors" : "log in to the API";
    String where = line == Line.AIRFLOW_2 ? "GET URL/api/v1/importErrors" : "POST URL/auth/token";
    assertThat(failure(client::importErrors))
        .isEqualTo(
            """
            Cannot %s of Airflow at 'URL': access is denied for user 'ci' (%d).
              where: %s
              fix:   Check the password, and that the user's role in Airflow reads DAGs, DAG runs \
            and import errors, for example Viewer. On Airflow 2, [api] auth_backends must name a \
            basic_auth backend.
              more:  docs/troubleshooting.md#airflow-denied"""
                .formatted(what, line == Line.AIRFLOW_2 ? 403 : 401, where)
                .replace("URL", airflow.url()));
    assertThat(login.toString() + client + progress.lines()).doesNotContain("wr0ng");
  }

  @Test
  void aTokenThatIsNotAcceptedIsSaid() {
    start(Line.AIRFLOW_3).requiringToken("good");
    AirflowLogin login = AirflowLogin.bearer(() -> "bad.t0ken");

    String text = failure(client(airflow, login)::importErrors);

    assertThat(text)
        .isEqualTo(
            """
            Cannot read the import errors of Airflow at 'URL': access is denied for the access \
            token (401).
              where: GET URL/api/v2/importErrors
              fix:   Check that the account has roles/composer.user in the environment's project, \
            and in Airflow a role that reads DAGs, DAG runs and import errors, for example Op or \
            Viewer.
              more:  docs/troubleshooting.md#airflow-denied"""
                .replace("URL", airflow.url()));
    assertThat(login.toString()).doesNotContain("t0ken");
  }

  @Test
  void noCredentialsWhereSomeAreNeededIsSaid() {
    start(Line.AIRFLOW_3).requiringToken("good");

    assertThat(failure(client(airflow)::importErrors))
        .contains("access is denied for no credentials (401)")
        .contains("fix:   Give credentials: this Airflow lets nobody in without them.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc\n", "a b", "a\r\nX-Evil: 1", "ż"})
  void aTokenThatNoHeaderCanHoldIsNotShown(String token) {
    start(Line.AIRFLOW_3);
    HttpAirflowServer client = client(airflow, AirflowLogin.bearer(() -> token));

    assertThat(failure(client::version))
        .isEqualTo(
            """
            Cannot read the version of Airflow at 'URL': the access token is empty or has \
            characters that a token cannot have.
              where: the credentials for Airflow
              fix:   Check where it comes from, often a line end was copied with it.
              more:  docs/troubleshooting.md#airflow-denied"""
                .replace("URL", airflow.url()));
  }

  @Test
  void credentialsDoNotTravelOverPlainHttp() {
    AirflowLogin login = AirflowLogin.user("ci", "s3cret");

    assertThat(failure(() -> at("http://airflow.example.com/", login, Duration.ofSeconds(1))))
        .isEqualTo(
            """
            Cannot use Airflow at 'http://airflow.example.com': user 'ci' would travel over plain \
            http.
              where: the address of Airflow
              fix:   Use an address that begins with https; plain http is for 127.0.0.1 and \
            localhost only.
              more:  docs/troubleshooting.md#airflow-denied""");
    assertThat(failure(() -> at("http://localhost.example.com", login, Duration.ofSeconds(1))))
        .contains("plain http");
    assertThat(failure(() -> at("http://127.0.0.1.example.com", login, Duration.ofSeconds(1))))
        .contains("plain http");
    for (String allowed :
        List.of(
            "https://airflow.example.com/path/",
            "http://localhost:8080",
            "http://LOCALHOST:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080")) {
      assertThat(at(allowed, login, Duration.ofSeconds(1)).name())
          .isEqualTo(allowed.replaceFirst("/+$", ""));
    }
    assertThat(at("http://airflow.example.com", AirflowLogin.none(), Duration.ofSeconds(1)).name())
        .isEqualTo("http://airflow.example.com");
  }

  @Test
  void aRedirectIsNotFollowed() {
    try (FakeAirflow other = FakeAirflow.start(Line.AIRFLOW_3)) {
      start(Line.AIRFLOW_3)
          .answering(
              "GET /api/v2/version",
              302,
              Map.of("Location", other.url() + "/login?state=S3CRET"),
              "",
              1);

      assertThat(failure(client(airflow, AirflowLogin.bearer(() -> "abc"))::version))
          .isEqualTo(
              """
              Cannot read the version of Airflow at 'URL': it redirects to 'OTHER/login' (302).
                where: GET URL/api/v2/version
                fix:   If that is a login page, the address is guarded by something that does not \
              accept the access token; if it is the same place, write the address as it is there.
                more:  docs/troubleshooting.md#airflow-denied"""
                  .replace("URL", airflow.url())
                  .replace("OTHER", other.url()));
      assertThat(other.requests()).isEmpty();
    }
  }

  // ---- what goes wrong

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void aPassingFailureIsTriedAgain(int status) {
    start(Line.AIRFLOW_2).failing("GET /api/v1/importErrors", status, 3);
    HttpAirflowServer client = client(airflow);

    assertThat(client.importErrors()).isEmpty();
    assertThat(timer.pauses())
        .containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(progress.lines()).hasSize(3);
    assertThat(progress.lines())
        .containsOnly(
            "detail Airflow: an attempt failed, status " + status + "; there are at most 4");
  }

  @Test
  void aCutConnectionIsTriedAgain() {
    // The JDK's client repeats a GET too, so it is not known how often we did.
    start(Line.AIRFLOW_2).failing("GET /api/v1/importErrors", 0, 2);
    HttpAirflowServer client = client(airflow);

    assertThat(client.importErrors()).isEmpty();

    airflow.failing("POST /api/v1/dags/~/dagRuns/list", 0, Integer.MAX_VALUE);
    assertThat(failure(() -> client.activeRuns(List.of("a"))))
        .startsWith("Cannot read the active runs of Airflow at '" + airflow.url())
        .contains("it cannot be reached (");
    assertThat(timer.pauses()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void theServersPauseIsKeptWithinBounds() {
    start(Line.AIRFLOW_3)
        .answering("GET /api/v2/version", 429, Map.of("Retry-After", "2"), "", 1)
        .answering("GET /api/v2/version", 503, Map.of("Retry-After", "3600"), "", 1);

    assertThat(client(airflow).version().major()).isEqualTo(3);
    assertThat(timer.pauses()).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(3));
  }

  @Test
  void aFailureThatDoesNotPassIsSaid() {
    start(Line.AIRFLOW_3).failing("GET /api/v2/importErrors", 503, Integer.MAX_VALUE);

    assertThat(failure(client(airflow)::importErrors))
        .isEqualTo(
            """
            Cannot read the import errors of Airflow at 'URL': it still answers 503 after all \
            retries.
              where: GET URL/api/v2/importErrors
              fix:   Check that Airflow's web server runs, then run the same command again.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .replace("URL", airflow.url()));
    assertThat(airflow.requests()).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 422, 500})
  void otherFailuresAreNotTriedAgain(int status) {
    start(Line.AIRFLOW_3).failing("POST /api/v2/dags/~/dagRuns/list", status, 1);

    assertThat(failure(() -> client(airflow).activeRuns(List.of("a"))))
        .isEqualTo(
            """
            Cannot read the active runs of Airflow at 'URL': it answers %d.
              where: POST URL/api/v2/dags/~/dagRuns/list
              fix:   %s.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .formatted(
                    status,
                    status == 500
                        ? "See the log of Airflow's web server for the reason"
                        : "This BigFlow and this Airflow may not fit: use Airflow 2.9 to 3.x")
                .replace("URL", airflow.url()));
  }

  @Test
  void aLoginPageInsteadOfTheApiIsSaidWithoutQuotingIt() {
    start(Line.AIRFLOW_2).answering("GET /api/v2/version", 200, HTML, "<html>S3CRET</html>", 1);

    assertThat(failure(client(airflow)::version))
        .isEqualTo(
            """
            Cannot read the version of Airflow at 'URL': the answer is not that of Airflow's API \
            (text/html).
              where: GET URL/api/v2/version
              fix:   Check the address; if a proxy or a login page stands before Airflow, it must \
            let no credentials pass.
              more:  docs/troubleshooting.md#airflow-denied"""
                .replace("URL", airflow.url()));
  }

  @Test
  void otherJsonIsSaid() {
    start(Line.AIRFLOW_3)
        .answering("GET /api/v2/importErrors", 200, Map.of(), "{\"items\": []}", 1)
        .answering("GET /api/v2/importErrors", 200, Map.of(), "[1, 2", 1);
    HttpAirflowServer client = client(airflow);

    assertThat(failure(client::importErrors)).contains("(JSON without 'import_errors')");
    assertThat(failure(client::importErrors)).contains("(no content type)");
  }

  @Test
  void anAddressWithoutTheApiIsSaid() {
    start(Line.AIRFLOW_2).failing("GET /api/v1/version", 404, 1);

    assertThat(failure(client(airflow)::version))
        .isEqualTo(
            """
            Cannot read the version of Airflow at 'URL': there is neither /api/v2 nor /api/v1 (404).
              where: URL
              fix:   Write the address of the web interface of Airflow 2 or 3, without /api/v1 or \
            /api/v2, and check that the REST API is not switched off.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .replace("URL", airflow.url()));
  }

  @Test
  void aMissingPartOfTheApiIsSaid() {
    start(Line.AIRFLOW_3).failing("GET /api/v2/importErrors", 404, 1);

    assertThat(failure(client(airflow)::importErrors))
        .isEqualTo(
            """
            Cannot read the import errors of Airflow at 'URL': there is no such thing (404).
              where: GET URL/api/v2/importErrors
              fix:   Check the address, and that the REST API is not switched off.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .replace("URL", airflow.url()));
  }

  @Test
  void aVersionOfTheWrongGenerationIsSaid() {
    start(Line.AIRFLOW_2).saying("1.10.15");
    assertThat(failure(client(airflow)::version))
        .isEqualTo(
            """
            Cannot read the version of Airflow at 'URL': it says '1.10.15'.
              where: URL
              fix:   Use Airflow 2 or 3.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .replace("URL", airflow.url()));

    airflow.saying("<script>");
    assertThat(failure(client(airflow)::version)).contains("(JSON without a version)");
  }

  @Test
  void aClosedPortIsSaid() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    String url = "http://127.0.0.1:" + port;

    assertThat(failure(at(url, AirflowLogin.none(), Duration.ofSeconds(5))::version))
        .isEqualTo(
            """
            Cannot read the version of Airflow at 'URL': it cannot be reached (no connection is \
            accepted).
              where: GET URL/api/v2/version
              fix:   Check the address, the network and the proxy, then run the same command again.
              more:  docs/troubleshooting.md#airflow-unreachable"""
                .replace("URL", url));
    assertThat(timer.pauses()).hasSize(3);
  }

  @Test
  void anUnknownHostIsSaidAtOnce() {
    assertThat(
            failure(
                at("https://no-such-host.invalid", AirflowLogin.none(), Duration.ofSeconds(9))
                    ::version))
        .contains("it cannot be reached (the host is unknown)");
    assertThat(timer.pauses()).isEmpty();
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      HttpAirflowServer client =
          at(
              "http://127.0.0.1:" + silent.getLocalPort(),
              AirflowLogin.none(),
              Duration.ofMillis(50));

      assertThat(failure(client::version)).contains("it cannot be reached (no answer in time)");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''  | asks for a login, and there is none for it (407) | Add <username> and <password> to",
        "bad | does not accept the login that it was sent (407) | Correct <username> and <password> of"
      })
  void theProxyIsUsedAndItsRefusalSaid(String password, String reason, String fix) {
    try (FakeGoogle proxy = FakeGoogle.start().requiringProxyLogin("builder", "s3cret")) {
      ProxyLogins.know(proxy, "builder", password);
      assertThat(failure(through(proxy)::version))
          .contains("Airflow at 'http://airflow.example.com': the proxy " + reason)
          .contains("fix:   " + fix + " the <proxy> in settings.xml")
          .contains("docs/troubleshooting.md#proxy-login")
          .doesNotContain("bad");
      assertThat(proxy.tunnels()).isEmpty();
      assertThat(timer.pauses()).as("it does not mend itself").isEmpty();
    }
  }

  @Test
  void theProxyIsLoggedInTo() {
    try (FakeGoogle proxy = FakeGoogle.start().requiringProxyLogin("builder", "s3cret")) {
      ProxyLogins.know(proxy, "builder", "s3cret");
      proxy.answering(
          "airflow.example.com", FakeGoogle.Reply.json(200, Map.of("version", "3.1.0")));

      assertThat(through(proxy).version()).hasToString("3.1.0");
      assertThat(proxy.tunnels()).containsExactly("airflow.example.com");
    }
  }

  private HttpAirflowServer through(FakeGoogle proxy) {
    return HttpAirflowServer.at(
        "http://airflow.example.com",
        AirflowLogin.none(),
        ProxySelector.of(proxy.proxy()),
        progress,
        Retries.STANDARD,
        timer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "airflow.example.com",
        "ftp://airflow.example.com",
        "https://",
        "https://h/?a=b",
        "https://h/#x",
        "https://h/api/v1",
        "https://h/api/v2/",
        "ht tp://x"
      })
  void whatIsNoAddressIsRefused(String address) {
    assertThat(failure(() -> at(address, AirflowLogin.none(), Duration.ofSeconds(1))))
        .isEqualTo(
            """
            '%s' is not the address of an Airflow.
              where: the address of Airflow
              fix:   Write the address of its web interface, without /api/v1 or /api/v2, for \
            example https://airflow.example.com; that of a Composer environment is printed by: \
            gcloud composer environments describe ENVIRONMENT --location=REGION \
            --format='value(config.airflowUri)'."""
                .formatted(address));
  }

  @Test
  void aPasswordInTheAddressIsNotShown() {
    for (String address : List.of("https://u:s3cret@h", "https://u:s3 cret@h")) {
      assertThatThrownBy(() -> at(address, AirflowLogin.none(), Duration.ofSeconds(1)))
          .hasMessageStartingWith("'an address with a password' is not the address")
          .message()
          .doesNotContain("cret");
    }
  }

  @Test
  void anInterruptEndsTheRetries() {
    start(Line.AIRFLOW_3).failing("GET /api/v2/version", 503, Integer.MAX_VALUE);
    HttpAirflowServer client = client(airflow);
    timer.duringSleep(() -> Thread.currentThread().interrupt());

    assertThat(failure(client::version)).contains("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
