// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.ProjectDirectory;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowIndex;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a JVM of its own, as in a container. */
@Timeout(120)
class LauncherProcessTest {

  @TempDir private Path folder = Path.of("");

  private @Nullable Process process;

  @BeforeEach
  void writeProject() {
    new ProjectDirectory(folder).with(WorkflowIndex.RESOURCE, SpecJson.write(LauncherTest.INDEX));
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void exitCodesAreThoseOfTheContract() throws Exception {
    assertThat(exitCode("hello.say_hello")).isEqualTo(0);
    assertThat(output())
        .contains("Hello, dev")
        .contains(
            "Job starts: hello.say_hello runtime=2026-01-01T00:00Z env=dev run=r1"
                + " project=com.acme:demo version=1.2.3")
        .containsPattern("Job done in \\d+ ms: hello.say_hello");
    assertThat(exitCode("jobs.fails")).isEqualTo(1);
    assertThat(output())
        .contains("Job failed in ")
        .contains("java.io.IOException: disk full")
        .contains("at example.Jobs.fail(Jobs.java:");
    assertThat(exitCode("jobs.refuses")).isEqualTo(2);
    assertThat(exitCode("jobs.nowhere")).isEqualTo(2);
  }

  @Test
  void aFailureIsNotLostWithoutALogBinding() throws Exception {
    assertThat(exitCode("jobs.fails", path -> !path.contains("slf4j-simple"))).isEqualTo(1);
    assertThat(output()).contains("java.io.IOException: disk full").contains("Jobs.java:");
  }

  @Test
  void whichJobRanForWhichTimeIsNotLostWithoutALogBinding() throws Exception {
    assertThat(exitCode("hello.say_hello", path -> !path.contains("slf4j-simple"))).isEqualTo(0);
    assertThat(output())
        .contains("Job starts: hello.say_hello runtime=2026-01-01T00:00Z env=dev run=r1")
        .containsPattern("Job done in \\d+ ms: hello.say_hello");
  }

  @Test
  void sigtermCancelsTheJob() throws Exception {
    Process running = start("jobs.waits", path -> true);
    await("waiting");
    long begin = System.nanoTime();
    running.destroy();
    assertThat(running.waitFor()).isEqualTo(143);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(15);
    assertThat(output())
        .containsSubsequence(
            "the job is being cancelled",
            "cancelled last registered",
            "a cancellation that fails",
            "cancelled first registered",
            "interrupted",
            "Job cancelled in ");
  }

  @Test
  void aJobMayEndTheJvmWithoutADelay() throws Exception {
    long begin = System.nanoTime();
    assertThat(exitCode("jobs.exits")).isEqualTo(7);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(15);
    assertThat(output()).contains("The job ends the JVM with System.exit");
  }

  private int exitCode(String job) throws Exception {
    return exitCode(job, path -> true);
  }

  private int exitCode(String job, Predicate<String> onClassPath) throws Exception {
    return start(job, onClassPath).waitFor();
  }

  private Process start(String job, Predicate<String> onClassPath) throws IOException {
    List<String> classPath =
        List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
            .filter(onClassPath)
            .toList();
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + File.pathSeparator + String.join(File.pathSeparator, classPath),
                "-XX:TieredStopAtLevel=1",
                Launcher.class.getName(),
                "run",
                "--job=" + job,
                "--runtime=2026-01-01T00:00:00+00:00",
                "--env=dev",
                "--run-id=r1")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    return process;
  }

  private void await(String text) throws Exception {
    while (!output().contains(text)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }
}
