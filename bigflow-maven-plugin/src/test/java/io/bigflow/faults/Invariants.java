// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What holds after every fault, whatever it was and whenever it came. */
final class Invariants {

  private static final Pattern IMAGE =
      Pattern.compile("IMAGE = \"[^/\"]+/([^@\"]+)@(sha256:[0-9a-f]{64})\"");
  // More are compared by their hashes only.
  private static final int FEW = 100;

  private Invariants() {}

  /**
   * At any time: objects of others are as they were, byte for byte and with the same generation;
   * each DAG file of ours is whole and names an image that can be pulled; nothing that was said
   * holds a secret.
   *
   * @param output everything that was said
   */
  static void hold(World world, String output) {
    assertThat(world.presentForeign()).isEqualTo(world.foreignObjects());
    if (world.foreignTexts().size() <= FEW) {
      world
          .foreignTexts()
          .forEach((path, text) -> assertThat(world.bucket().read(path)).as(path).hasValue(text));
    }
    assertThat(output).doesNotContain(World.CANARY);

    RestRegistry registry = new RestRegistry(world.servers().registry());
    Map<String, Boolean> images = new HashMap<>();
    ownTexts(world)
        .forEach(
            (path, text) -> {
              Matcher image = IMAGE.matcher(text);
              assertThat(image.find()).as(path + " is whole: " + text).isTrue();
              boolean isThere =
                  images.computeIfAbsent(
                      image.group(), key -> registry.has(image.group(1), image.group(2)));
              assertThat(isThere).as("the image that " + path + " names is there").isTrue();
            });
  }

  /**
   * After the fault: the same deployment again brings everything to the wished state, and then
   * there is nothing left to do.
   */
  static void converge(World world, DeployRequest wanted) {
    RecordingProgress progress = new RecordingProgress();
    Deploys.deploy(wanted, progress);

    Map<String, String> expected = new TreeMap<>();
    wanted
        .workflows()
        .forEach(
            workflow -> expected.put(Deploys.path(workflow), Deploys.dagText(wanted, workflow)));
    assertThat(ownTexts(world)).isEqualTo(expected);
    assertThat(Deploys.isDone(wanted, progress)).as("nothing is left to do").isTrue();
    recordIsTrue(world, wanted);
    hold(world, String.join("\n", progress.lines()));
  }

  /** The record tells exactly what is in the bucket, and nobody holds it. */
  static void recordIsTrue(World world, DeployRequest wanted) {
    JsonNode record = record(world);
    assertThat(record.path("owner").asText()).isEqualTo(Deploys.mark());
    assertThat(record.path("claim").isNull() || record.path("claim").isMissingNode())
        .as("nobody holds the record: " + record.path("claim"))
        .isTrue();
    assertThat(record.path("last").path("version").asText()).isEqualTo(wanted.version());
    Map<String, String> recorded = new TreeMap<>();
    record
        .path("files")
        .forEach(
            file ->
                recorded.put(
                    file.path("entry").path("path").asText(), file.path("generation").asText()));
    Map<String, String> present = new TreeMap<>();
    world
        .bucket()
        .list(Deploys.folder())
        .forEach((path, stored) -> present.put(path, stored.generation()));
    present.keySet().removeAll(world.foreignTexts().keySet());
    assertThat(recorded).isEqualTo(present);
  }

  /** The deployment record, which must be there. */
  static JsonNode record(World world) {
    try {
      return new ObjectMapper().readTree(world.bucket().read(Deploys.recordPath()).orElseThrow());
    } catch (IOException e) {
      throw new AssertionError("the record is no JSON", e);
    }
  }

  /** The DAG files that carry our mark: name to text. */
  static Map<String, String> ownTexts(World world) {
    Map<String, String> texts = new TreeMap<>();
    world
        .bucket()
        .list(Deploys.folder())
        .forEach(
            (path, stored) -> {
              if (!world.foreignTexts().containsKey(path)) {
                assertThat(stored.metadata())
                    .as(path)
                    .containsEntry("bigflow-owner", Deploys.mark());
                texts.put(path, world.bucket().read(path).orElseThrow());
              }
            });
    return texts;
  }
}
