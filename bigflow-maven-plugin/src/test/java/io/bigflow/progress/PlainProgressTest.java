// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.progress.Progress.Step;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainProgressTest {

  private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
  private final StringBuilder output = new StringBuilder();
  private boolean debug = true;
  private final LineSink sink =
      new LineSink() {
        @Override
        public void info(String line) {
          output.append("INFO ").append(line).append('\n');
        }

        @Override
        public void warn(String line) {
          output.append("WARN ").append(line).append('\n');
        }

        @Override
        public void debug(String line) {
          if (debug) {
            output.append("DEBUG ").append(line).append('\n');
          }
        }

        @Override
        public boolean showsDebug() {
          return debug;
        }
      };
  private final PlainProgress lines = PlainProgress.lines(sink, clock::get);
  private final StatusLine status = new StatusLine(output::append);
  private final PlainProgress terminal = PlainProgress.terminal(sink, status, clock::get);

  @Test
  void keptOutputHasALineEveryTwoSeconds() {
    lines.say("Deploying to gs://b");
    try (Step step = lines.step("uploading DAG files", 40)) {
      for (int i = 0; i < 40; i++) {
        pass(Duration.ofMillis(150));
        step.advance(1);
      }
    }
    lines.warn("something");
    lines.detail("more");

    assertThat(output)
        .hasToString(
            """
            INFO Deploying to gs://b
            INFO uploading DAG files (40)
            INFO   uploading DAG files: 14 of 40 (6.7/s)
            INFO   uploading DAG files: 28 of 40 (6.7/s)
            INFO uploading DAG files: 40 of 40 in 6.0 s (6.7/s)
            WARN something
            DEBUG more
            """);
  }

  @Test
  void aShortStepHasTwoLines() {
    try (Step step = lines.step("uploading DAG files", 3)) {
      pass(Duration.ofMillis(40));
      step.advance(3);
    }

    assertThat(output)
        .hasToString(
            """
            INFO uploading DAG files (3)
            INFO uploading DAG files: 3 of 3 in 0.0 s
            """);
  }

  @Test
  void aTerminalHasOneCounterThatIsWrittenOver() {
    Step step = terminal.step("uploading DAG files", 12);
    pass(Duration.ofMillis(500));
    step.advance(10);
    pass(Duration.ofMillis(50));
    step.advance(1);
    pass(Duration.ofSeconds(10));
    step.advance(-2);
    terminal.say("a line between");
    pass(Duration.ofMillis(450));
    step.advance(2);
    pass(Duration.ofSeconds(1));
    step.advance(1);
    step.close();
    step.close();

    assertThat(output)
        .hasToString(
            "INFO uploading DAG files (12)\n"
                + "\r  uploading DAG files: 10 of 12 (20.0/s)"
                + "\r  uploading DAG files: 9 of 12          "
                + "\r                              \r"
                + "INFO a line between\n"
                + "\r  uploading DAG files: 11 of 12 (1.0/s)"
                + "\r                                       \r"
                + "INFO uploading DAG files: 12 of 12 in 12.0 s (1.0/s)\n");
  }

  @Test
  void allProgressOfATerminalSharesItsLastLine() {
    PlainProgress other = PlainProgress.terminal(sink, status, clock::get);
    Step step = terminal.step("pushing", 3);
    pass(Duration.ofMillis(200));
    step.advance(1);
    other.say("from elsewhere");
    pass(Duration.ofMillis(200));
    step.advance(1);
    other.step("uploading", 2).close();
    step.close();

    assertThat(output)
        .hasToString(
            "INFO pushing (3)\n"
                + "\r  pushing: 1 of 3 (5.0/s)"
                + "\r                         \r"
                + "INFO from elsewhere\n"
                + "\r  pushing: 2 of 3 (5.0/s)"
                + "\r                         \r"
                + "INFO uploading (2)\n"
                + "INFO uploading: 0 of 2 in 0.0 s\n"
                + "INFO pushing: 2 of 3 in 0.4 s (5.0/s)\n");
  }

  @Test
  void onlyLinesThatAppearInterruptTheStatus() {
    Step step = terminal.step("pushing", 3);
    pass(Duration.ofMillis(200));
    step.advance(1);
    output.setLength(0);
    debug = false;
    terminal.detail("hidden");
    assertThat(output).isEmpty();

    debug = true;
    terminal.detail("shown");
    assertThat(output).hasToString("\r                         \rDEBUG shown\n");
  }

  @Test
  void statusStaysOnOneLineOfTheTerminal() {
    Step step = terminal.step("x".repeat(100), 3);
    output.setLength(0);
    pass(Duration.ofSeconds(1));
    step.advance(1);

    assertThat(output).hasToString("\r  " + "x".repeat(74) + "...");
  }

  @Test
  void bytesAreShownAsMegabytes() {
    try (Step step = lines.step("pushing image", 160_470_892, Progress.Unit.BYTES)) {
      pass(Duration.ofSeconds(4));
      step.advance(80_000_000);
      step.advance(80_470_892);
    }

    assertThat(output)
        .hasToString(
            """
            INFO pushing image (160.5 MB)
            INFO   pushing image: 80.0 MB of 160.5 MB (20.0 MB/s)
            INFO pushing image: 160.5 MB of 160.5 MB in 4.0 s (40.1 MB/s)
            """);
  }

  @Test
  void aStepOfUnknownLengthCountsWhatIsDone() {
    try (Step step = lines.step("pushing image", 0)) {
      pass(Duration.ofSeconds(3));
      step.advance(4);
    }
    try (Step step = lines.step("building image", 0)) {
      pass(Duration.ofSeconds(3));
      assertThat(step).isNotNull();
    }

    assertThat(output)
        .hasToString(
            """
            INFO pushing image
            INFO   pushing image: 4 (1.3/s)
            INFO pushing image: 4 in 3.0 s (1.3/s)
            INFO building image
            INFO building image: done in 3.0 s
            """);
  }

  @Test
  void aStepThatFailsSaysHowFarItCame() {
    try (Step step = lines.step("uploading DAG files", 3)) {
      pass(Duration.ofSeconds(1));
      step.advance(1);
    }

    assertThat(output.toString()).endsWith("INFO uploading DAG files: 1 of 3 in 1.0 s (1.0/s)\n");
  }

  @Test
  void manyThreadsLoseNoUnit() throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    Step step = lines.step("counting", 8000);
    for (int i = 0; i < 8; i++) {
      pool.execute(
          () -> {
            for (int n = 0; n < 1000; n++) {
              step.advance(1);
            }
          });
    }
    pool.shutdown();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    step.close();

    assertThat(output).hasToString("INFO counting (8000)\nINFO counting: 8000 of 8000 in 0.0 s\n");
  }

  @Test
  void numbersLookTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try (Step step = lines.step("counting", 2)) {
      pass(Duration.ofMillis(1500));
      step.advance(2);
    } finally {
      Locale.setDefault(before);
    }

    assertThat(output).hasToString("INFO counting (2)\nINFO counting: 2 of 2 in 1.5 s (1.3/s)\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "49, 0.0 s",
    "50, 0.1 s",
    "12345, 12.3 s",
    "59949, 59.9 s",
    "59950, 1 min 0 s",
    "125000, 2 min 5 s",
    "3599600, 1 h 0 min",
    "7260000, 2 h 1 min",
  })
  void durationsAreRoundedForReaders(long millis, String text) {
    assertThat(Elapsed.text(Duration.ofMillis(millis))).isEqualTo(text);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
