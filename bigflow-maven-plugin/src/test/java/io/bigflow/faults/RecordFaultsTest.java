// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployment records that are not what the last deployment left. */
final class RecordFaultsTest {

  private static final Map<String, String> OURS = Map.of("bigflow-owner", Deploys.mark());

  @Fault
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "7",
        "no JSON at all",
        "{}",
        "{\"formatVersion\": 1}",
        "{\"formatVersion\": \"one\"}",
        "{\"formatVersion\": 1, \"owner\": \"com.example:demo/dev\", \"files\": [null]}"
      })
  void aDamagedRecordIsMadeAnew(String content) {
    try (World world = World.open().withVersion1()) {
      replaceRecord(world, content);
      deploysAndWarns(world);
    }
  }

  @Fault
  @Test
  void aRecordThatWasCutIsMadeAnew() {
    try (World world = World.open().withVersion1()) {
      String record = world.bucket().read(Deploys.recordPath()).orElseThrow();
      replaceRecord(world, record.substring(0, record.length() / 2));
      deploysAndWarns(world);
    }
  }

  @Fault
  @Test
  void aLostRecordIsMadeAnew() {
    try (World world = World.open().withVersion1()) {
      world.bucket().remove(Deploys.recordPath());
      Invariants.hold(world, "");
      Invariants.converge(world, world.version2());
      assertThat(Invariants.record(world).path("last").path("number").asInt())
          .as("no number is used twice")
          .isEqualTo(2);
    }
  }

  @Fault
  @Test
  void recordAndArchivesThatAreAllLostAreMadeAnew() {
    try (World world = World.open().withVersion1()) {
      world.bucket().list(Deploys.recordFolder()).keySet().forEach(world.bucket()::remove);
      Invariants.hold(world, "");
      Invariants.converge(world, world.version2());
    }
  }

  @Fault
  @Test
  void aRecordOfANewerBigflowIsLeftAlone() {
    try (World world = World.open().withVersion1()) {
      String record = world.bucket().read(Deploys.recordPath()).orElseThrow();
      refuses(
          world,
          record.replaceFirst("\"formatVersion\" *: *1", "\"formatVersion\": 2"),
          "format 2",
          "newer version");
    }
  }

  @Fault
  @Test
  void theRecordOfAnotherProjectIsLeftAlone() {
    try (World world = World.open().withVersion1()) {
      String record = world.bucket().read(Deploys.recordPath()).orElseThrow();
      refuses(
          world,
          record.replace("\"" + Deploys.mark() + "\"", "\"com.example.demo:x/dev\""),
          "belongs to 'com.example.demo:x/dev'",
          "groupId");
    }
  }

  private static void deploysAndWarns(World world) {
    RecordingProgress progress = new RecordingProgress();
    Deploys.deploy(world.version2(), progress);
    assertThat(progress.lines())
        .anyMatch(line -> line.startsWith("warn ") && line.contains("is damaged"));
    Invariants.hold(world, String.join("\n", progress.lines()));
    Invariants.recordIsTrue(world, world.version2());
    Invariants.converge(world, world.version2());
  }

  /** Deploys with a record that must not be touched; afterwards, with the right one again. */
  private static void refuses(World world, String record, String... said) {
    String right = world.bucket().read(Deploys.recordPath()).orElseThrow();
    replaceRecord(world, record);
    SortedMap<String, RestBucket.Stored> before = world.bucket().list("");
    RecordingProgress progress = new RecordingProgress();
    assertThatThrownBy(() -> Deploys.deploy(world.version2(), progress))
        .isInstanceOf(BigflowException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(said));
    assertThat(world.bucket().list("")).isEqualTo(before);
    Invariants.hold(world, String.join("\n", progress.lines()));
    replaceRecord(world, right);
    Invariants.converge(world, world.version2());
  }

  private static void replaceRecord(World world, String content) {
    world.bucket().put(Deploys.recordPath(), content, OURS);
  }
}
