// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bigflow.airflow.AirflowWatch.Baseline;
import io.bigflow.airflow.AirflowWatch.ExpectedDag;
import io.bigflow.airflow.AirflowWatch.Pace;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeAirflow.Line;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.net.ProxySelector;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AirflowWatchTest {
  private static final String PATH = "g.a/dev/a.py";
  private static final String TRACE =
      "Traceback (most recent call last):\n  File \"a.py\", line 3\nNameError: name 'x'";
  private static final ExpectedDag A = new ExpectedDag("a__dev", "build:new", PATH);
  private static final ExpectedDag B = new ExpectedDag("b__dev", "build:new", "g.a/dev/b.py");

  private final FakeAirflow airflow = FakeAirflow.start(Line.AIRFLOW_3);
  private final RecordingProgress progress = new RecordingProgress();
  private final FakeTimer timer = new FakeTimer();
  private final AirflowWatch watch =
      new AirflowWatch(
          HttpAirflowServer.at(
              airflow.url(), AirflowLogin.none(), ProxySelector.of(null), progress),
          progress,
          new Pace(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofMinutes(5)),
          timer);

  @AfterEach
  void close() {
    airflow.close();
  }

  private static String failure(Runnable action) {
    BigflowException failure = catchThrowableOfType(BigflowException.class, action::run);
    assertThat(failure).isNotNull();
    return String.valueOf(failure.getMessage());
  }

  private void after(int pauses, Runnable event) {
    timer.duringSleep(
        () -> {
          if (timer.pauses().size() == pauses) {
            event.run();
          }
        });
  }

  private Baseline baseline() {
    return watch.baseline(List.of(A.path(), B.path()));
  }

  @Test
  void theWaitEndsWhenEachDagCarriesItsTag() {
    airflow.dag("a__dev", PATH, "build:old").dag("b__dev", B.path(), "build:new", "team");
    Baseline before = baseline();
    after(8, () -> airflow.dag("a__dev", PATH, "build:new"));

    watch.awaitParsed(List.of(A, B), before);

    assertThat(timer.passed()).isEqualTo(Duration.ofSeconds(40));
    assertThat(progress.lines())
        .containsExactly(
            "detail Airflow has parsed b__dev",
            "say Airflow has parsed 1 of 2 DAGs after 30.0 s, not yet: a__dev",
            "detail Airflow has parsed a__dev",
            "step waiting until Airflow has parsed this version of the DAGs: 2 of 2");
  }

  @Test
  void nothingToWaitForAsksNothing() {
    watch.awaitParsed(List.of(), watch.baseline(List.of()));
    assertThat(airflow.requests()).hasSize(2);
    assertThat(progress.lines()).isEmpty();
  }

  @Test
  void aTagOfAStaleDagOrOfABrokenFileDoesNotCount() {
    airflow.dag("a__dev", PATH, "build:new").stale("a__dev");
    airflow.dag("b__dev", B.path(), "build:new").importError(B.path(), TRACE);
    Baseline before = baseline();
    timer.duringSleep(
        () -> {
          if (timer.pauses().size() == 2) {
            airflow.dag("a__dev", PATH, "build:new");
          }
          if (timer.pauses().size() == 4) {
            airflow.dag("b__dev", B.path(), "build:new");
          }
        });

    watch.awaitParsed(List.of(A, B), before);

    assertThat(timer.pauses()).hasSize(4);
  }

  @Test
  void aNewImportErrorEndsTheWaitAtOnce() {
    airflow.dag("a__dev", PATH, "build:old");
    Baseline before = baseline();
    after(3, () -> airflow.importError(PATH, TRACE + "\u001b[31m\r"));

    assertThat(failure(() -> watch.awaitParsed(List.of(A), before)))
        .isEqualTo(
            """
            Airflow cannot import the file of DAG 'a__dev'.
              where: dags/g.a/dev/a.py
                     Traceback (most recent call last):
                       File "a.py", line 3
                     NameError: name 'x'[31m
              fix:   Repair what the last line says, build and deploy again; until then Airflow \
            keeps the DAG as it was before.
              more:  docs/troubleshooting.md#airflow-import-error""");
    assertThat(timer.pauses()).hasSize(3);
  }

  @Test
  void severalImportErrorsAreSaidTogether() {
    Baseline before = baseline();
    airflow.importError(PATH, TRACE).importError(B.path(), "line\n".repeat(60) + "SyntaxError");
    airflow.importError("foreign.py", TRACE);

    assertThat(failure(() -> watch.awaitParsed(List.of(A, B), before)))
        .startsWith("Airflow at '" + airflow.url() + "' cannot import 2 DAG files:")
        .contains("1. Airflow cannot import the file of DAG 'a__dev'.")
        .contains("2. Airflow cannot import the file of DAG 'b__dev'.")
        .contains("… 21 lines")
        .contains("SyntaxError")
        .doesNotContain("foreign");
  }

  @Test
  void anotherErrorThanBeforeEndsTheWaitAtOnce() {
    airflow.importError(PATH, "PID: 17 at 0x7f00\n" + TRACE);
    Baseline before = baseline();
    timer.duringSleep(
        () ->
            airflow.importError(
                PATH,
                timer.pauses().size() < 3
                    ? "PID: " + timer.pauses().size() + " at 0x1\n" + TRACE
                    : "SyntaxError"));

    assertThat(failure(() -> watch.awaitParsed(List.of(A), before))).contains("SyntaxError");
    assertThat(timer.pauses()).hasSize(3);
  }

  @Test
  void theErrorOfTheOldFileDoesNotFailTheNewOne() {
    airflow.importError(PATH, TRACE);
    Baseline before = baseline();
    timer.duringSleep(
        () -> {
          if (timer.passed().compareTo(Duration.ofMinutes(4)) < 0) {
            airflow.importError(PATH, TRACE); // The old file is parsed again.
          } else {
            airflow.dag("a__dev", PATH, "build:new");
          }
        });

    watch.awaitParsed(List.of(A), before);

    assertThat(timer.passed()).isEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void theSameErrorCountsWhenTheGraceIsOver() {
    airflow.importError(PATH, TRACE);
    Baseline before = baseline();
    timer.duringSleep(() -> airflow.importError(PATH, TRACE));

    assertThat(failure(() -> watch.awaitParsed(List.of(A), before)))
        .startsWith("Airflow cannot import the file of DAG 'a__dev'.");
    assertThat(timer.passed()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void anErrorThatIsNotParsedAgainIsNotTheNewFiles() {
    airflow.importError(PATH, TRACE);
    Baseline before = baseline();

    assertThat(failure(() -> watch.awaitParsed(List.of(A), before)))
        .isEqualTo(
            """
            Airflow has not parsed 1 of 1 DAGs within 10 min 0 s; the files are deployed.
              where: URL
                     a__dev (dags/g.a/dev/a.py): has the same import error as before: NameError: \
            name 'x'
              fix:   See the log of the DAG processor, or wait longer.
              more:  docs/troubleshooting.md#airflow-not-parsed"""
                .replace("URL", airflow.url()));
  }

  @Test
  void theTimeoutSaysWhatAirflowShows() {
    airflow
        .dag("b__dev", B.path(), "build:old")
        .dag("c__dev", "g.a/dev/c.py", "build:new")
        .stale("c__dev")
        .dag("d__dev", "g.a/dev/d.py", "team")
        .dag("e__dev", "g.a/dev/e.py", "build:new");
    Baseline before = baseline();
    List<ExpectedDag> expected =
        List.of(
            A,
            B,
            new ExpectedDag("c__dev", "build:new", "g.a/dev/c.py"),
            new ExpectedDag("d__dev", "build:new", "g.a/dev/d.py"),
            new ExpectedDag("e__dev", "build:new", "g.a/dev/e.py"));

    assertThat(failure(() -> watch.awaitParsed(expected, before)))
        .isEqualTo(
            """
            Airflow has not parsed 4 of 5 DAGs within 10 min 0 s; the files are deployed.
              where: URL
                     a__dev (dags/g.a/dev/a.py): unknown to Airflow
                     b__dev (dags/g.a/dev/b.py): has tag 'build:old', not 'build:new', parsed last \
            at 2026-01-01T00:00:01Z
                     c__dev (dags/g.a/dev/c.py): has its tag, but is stale
                     d__dev (dags/g.a/dev/d.py): has no tag 'build:…', not 'build:new', parsed \
            last at 2026-01-01T00:00:03Z
              fix:   See the log of the DAG processor, or wait longer.
              more:  docs/troubleshooting.md#airflow-not-parsed"""
                .replace("URL", airflow.url()));
    assertThat(timer.passed()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void idleDagsNeedNoWait() {
    airflow.run("a__dev", "r", "success").run("foreign", "r", "running");

    watch.awaitIdle(List.of("a__dev"));

    assertThat(timer.pauses()).isEmpty();
    assertThat(progress.lines()).isEmpty();
  }

  @Test
  void theWaitForRunsEndsWithTheLast() {
    airflow.run("a__dev", "r1", "running").run("b__dev", "r2", "queued");
    timer.duringSleep(
        () -> {
          if (timer.pauses().size() == 2) {
            airflow.run("a__dev", "r1", "failed").run("b__dev", "r2", "running");
          }
          if (timer.pauses().size() == 7) {
            airflow.run("b__dev", "r2", "success");
          }
        });

    watch.awaitIdle(List.of("a__dev", "b__dev"));

    assertThat(progress.lines())
        .containsExactly(
            "say Active in Airflow: a__dev r1 running, b__dev r2 queued",
            "say Still active in Airflow after 30.0 s: b__dev r2 running",
            "step waiting until these DAG runs end: 2 of 2");
  }

  @Test
  void runsThatDoNotEndAreSaid() {
    airflow.run("a__dev", "r1", "running").run("b__dev", "r2", "queued");

    assertThat(failure(() -> watch.awaitIdle(List.of("a__dev", "b__dev"))))
        .isEqualTo(
            """
            2 DAG runs are still active after 10 min 0 s.
              where: URL
                     a__dev r1 running since 2026-01-01T00:00:00Z
                     b__dev r2 queued
              fix:   Wait longer, or end the runs in Airflow; a queued run of a paused DAG waits \
            until somebody unpauses the DAG.
              more:  docs/troubleshooting.md#airflow-active-runs"""
                .replace("URL", airflow.url()));
  }

  @Test
  void anInterruptEndsTheWait() {
    airflow.run("a__dev", "r1", "running");
    after(1, () -> Thread.currentThread().interrupt());

    assertThat(failure(() -> watch.awaitIdle(List.of("a__dev")))).contains("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
