// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.dag.DagContext;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.DagFile;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.git.SourceRevision;
import io.bigflow.image.BuiltImage;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines whose clock is wrong or whose disk is full. */
final class MachineFaultsTest {

  private static final long LIMIT_SECONDS = 180;
  private static final Duration TWO_HOURS = Duration.ofHours(2);
  // The cases of one test may run at once.
  private static final String DISK = "small disk";
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  // ---- clock

  /** The variable names the library of libfaketime. */
  @Fault
  @ParameterizedTest
  @ValueSource(strings = {"+2h", "-2h"})
  @EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_FAKETIME", matches = ".+")
  void aClockThatIsWrongDoesNoHarm(String shift) {
    try (World world = World.open().withVersion1()) {
      DeployProcess.Result result =
          DeployProcess.start(clock(shift), world.version2()).await(LIMIT_SECONDS);
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      isShifted(Invariants.record(world).path("last").path("at").asText(), shift);
      Invariants.hold(world, result.output());
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }

  @Fault
  @ParameterizedTest
  @CsvSource({"+2h, -2h", "-2h, +2h"})
  @EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_FAKETIME", matches = ".+")
  void aKilledDeploymentIsTakenOverWhateverTheClocksSay(String killed, String next) {
    try (World world = World.open().withVersion1()) {
      CompletableFuture<DeployProcess> victim = new CompletableFuture<>();
      world
          .interposer()
          .restart(
              request ->
                  request.isDagUpload()
                      ? Reaction.after(() -> victim.join().kill())
                      : Reaction.FORWARD);
      DeployProcess process = DeployProcess.start(clock(killed), world.version2());
      victim.complete(process);
      DeployProcess.Result dead = process.await(LIMIT_SECONDS);
      assertThat(dead.exit()).as(dead.output()).isEqualTo(128 + 9);
      isShifted(
          Invariants.record(world).path("claim").path("deployment").path("at").asText(), killed);
      world.interposer().restart();
      Invariants.hold(world, dead.output());

      DeployProcess.Result result =
          DeployProcess.start(clock(next), world.version2()).await(LIMIT_SECONDS);

      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      Invariants.hold(world, result.output());
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }

  private static List<String> clock(String shift) {
    return List.of(
        "env",
        "LD_PRELOAD=" + System.getenv("BIGFLOW_TEST_FAKETIME"),
        "FAKETIME=" + shift,
        "FAKETIME_DONT_FAKE_MONOTONIC=1");
  }

  /** The child's clock was really wrong. */
  private static void isShifted(String at, String shift) {
    Duration ahead = Duration.between(Instant.now(), Instant.parse(at));
    Duration expected = shift.startsWith("-") ? TWO_HOURS.negated() : TWO_HOURS;
    assertThat(ahead).isBetween(expected.minus(TOLERANCE), expected.plus(TOLERANCE));
  }

  // ---- disk

  /** The variable names a file system of 64 kB on which nothing is. */
  @Fault
  @ParameterizedTest
  @ResourceLock(DISK)
  @ValueSource(ints = {0, 8_000, 24_000, 40_000})
  @EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_SMALL_DISK", matches = ".+")
  void aBuildOnAFullDiskLeavesNothingToDeploy(int free) throws IOException {
    try (World world = World.open().withVersion1()) {
      Map<String, RestBucket.Stored> before = world.bucket().list("");
      Path disk = Path.of(Objects.requireNonNull(System.getenv("BIGFLOW_TEST_SMALL_DISK")));
      Path target = Files.createTempDirectory(disk, "target");
      Path ballast = disk.resolve("ballast");
      fill(ballast, free);
      try {
        DagDirectory directory = new DagDirectory(target);
        assertThatThrownBy(
                () -> directory.write(dags(world.version2()), context(world.version2()), ""))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left on device");
        assertThatThrownBy(directory::read)
            .isInstanceOf(BigflowException.class)
            .hasMessageContaining("mvn package");
        assertThat(world.bucket().list("")).isEqualTo(before);

        Files.delete(ballast);
        directory.write(dags(world.version2()), context(world.version2()), "");
        assertThat(directory.read().dags()).hasSize(World.WORKFLOWS_2.size());
        Invariants.converge(world, world.version2());
      } finally {
        Files.deleteIfExists(ballast);
        remove(target);
      }
    }
  }

  /** An archive of which the disk took only the beginning. */
  @Fault
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, 10_000, 30_000})
  void anImageThatTheDiskCutIsNotPushed(int missing, @TempDir Path folder) throws IOException {
    try (World world = World.open().withVersion1()) {
      Map<String, RestBucket.Stored> before = world.bucket().list("");
      DeployRequest whole = world.version2();
      byte[] tar = Files.readAllBytes(Path.of(whole.tar()));
      Path cut = folder.resolve("image.tar");
      int length = missing == 0 ? 0 : Math.max(0, lastByte(tar) - missing);
      Files.write(cut, Arrays.copyOf(tar, length));
      RecordingProgress progress = new RecordingProgress();
      assertThatThrownBy(() -> Deploys.deploy(whole.withTar(cut.toString()), progress))
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining(cut.toString())
          .hasMessageContaining("The image archive cannot be read")
          .hasMessageContaining("mvn package");
      assertThat(world.bucket().list("")).isEqualTo(before);
      Invariants.hold(world, String.join("\n", progress.lines()));
      Invariants.converge(world, whole);
    }
  }

  /** Behind this, a tar holds nothing but zeros. */
  private static int lastByte(byte[] tar) {
    int last = tar.length;
    while (tar[last - 1] == 0) {
      last--;
    }
    return last;
  }

  private static void fill(Path ballast, int free) throws IOException {
    byte[] block = new byte[1024];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      // Full. Now as much as is wanted is freed again.
      try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
        file.setLength(Math.max(0, file.length() - free));
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static List<DagFile> dags(DeployRequest request) {
    List<DagFile> files = new ArrayList<>();
    for (String workflow : request.workflows()) {
      // One of these fits into the smallest space that is left free, all into none.
      String text = Deploys.dagText(request, workflow) + "#".repeat(7_000) + "\n";
      files.add(
          new DagFile(
              Deploys.path(workflow),
              workflow + "__dev",
              workflow,
              "bigflow-build:000000000000",
              text));
    }
    return files;
  }

  private static DagContext context(DeployRequest request) {
    BuiltImage image = request.image();
    return new DagContext(
        Deploys.GROUP_ID,
        Deploys.ARTIFACT_ID,
        request.version(),
        Deploys.ENV,
        new DagIdPattern("{workflow}__{env}"),
        image.pinned(),
        SourceRevision.NONE,
        "0.1.0-TEST");
  }
}
