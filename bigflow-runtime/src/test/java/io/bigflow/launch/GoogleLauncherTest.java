// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.ProjectDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container that Dataflow starts for a Flex template, by what the image starts itself. */
class GoogleLauncherTest {

  @TempDir private Path folder = Path.of("");

  private final StringWriter err = new StringWriter();
  private final CompletableFuture<Runnable> hook = new CompletableFuture<>();

  private Path script(String commands) throws IOException {
    Path file = Files.writeString(folder.resolve("launcher"), "#!/bin/sh\n" + commands + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private int run(Map<String, String> variables, Path launcher, String... arguments) {
    return new Launcher(
            new ProjectDirectory(folder.resolve("project")).loader(),
            variables,
            new PrintWriter(new StringWriter(), true),
            new PrintWriter(err, true),
            hook::complete,
            launcher)
        .run(arguments);
  }

  @Test
  void whatIsNobodyElsesIsHandedOver() throws Exception {
    Path said = folder.resolve("said");
    Path launcher = script("printf '%s|' \"$BIGFLOW_HANDED_OVER\" \"$@\" >'" + said + "'; exit 3");
    assertThat(run(Map.of(), launcher)).isEqualTo(3);
    assertThat(said).hasContent("1|");
    assertThat(err.toString()).contains("No command of BigFlow's").contains(launcher.toString());
    assertThat(run(Map.of(), launcher, "--log-level", "in fo")).isEqualTo(3);
    assertThat(said).hasContent("1|--log-level|in fo|");
  }

  @Test
  void whatItStartsIsNotHandedOverAgain() throws Exception {
    Path said = folder.resolve("said");
    Path launcher = script("echo again >'" + said + "'");
    Map<String, String> started = Map.of(GoogleLauncher.HANDED_OVER, "1");
    assertThat(run(started, launcher)).isEqualTo(Launcher.MISUSED);
    assertThat(run(started, launcher, "--region=x")).isEqualTo(Launcher.MISUSED);
    assertThat(said).doesNotExist();
  }

  @Test
  void commandsOfBigflowAndImagesWithoutOneAreNot() throws Exception {
    Path said = folder.resolve("said");
    Path launcher = script("echo started >'" + said + "'");
    for (String argument : List.of("-h", "--help", "-V", "--version")) {
      assertThat(run(Map.of(), launcher, argument)).isEqualTo(Launcher.DONE);
    }
    assertThat(run(Map.of(), launcher, "jobs")).isEqualTo(Launcher.MISUSED);
    assertThat(run(Map.of(), launcher, "--bigflowTask=a.b")).isEqualTo(Launcher.MISUSED);
    assertThat(run(Map.of(), folder.resolve("none"))).isEqualTo(Launcher.MISUSED);
    assertThat(said).doesNotExist();
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void whoeverStopsTheContainerStopsIt() throws Exception {
    Path ready = folder.resolve("ready");
    Path launcher =
        script(
            "trap 'echo stopped >\""
                + ready
                + "\"; exit 7' TERM\n"
                + "echo ready >'"
                + ready
                + "'\n"
                + "while true; do sleep 0.1; done");
    CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run(Map.of(), launcher));
    while (!Files.exists(ready) || Files.size(ready) == 0) {
      Thread.sleep(20);
    }
    hook.get().run();
    assertThat(code.get()).isEqualTo(7);
    assertThat(ready).hasContent("stopped");
  }
}
