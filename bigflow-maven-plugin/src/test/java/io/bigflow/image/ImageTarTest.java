// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTarTest {

  private static final ImageReference NAME = new ImageReference("localhost/demo", "1.0");

  @TempDir Path folder;

  @Test
  void digestAndIdAreThoseThatJibPushes() throws Exception {
    BuiltImage image = TestImages.make(folder.resolve("image.tar"), NAME, "one");

    try (ImageTar tar = ImageTar.open(folder.resolve("image.tar"))) {
      assertThat(tar.digest()).isEqualTo(image.digest());
      assertThat(tar.id()).isEqualTo(image.id());
      assertThat(tar.layers()).hasSize(2);
      assertThat(tar.entrypoint()).endsWith("io.bigflow.launch.Launcher");
      assertThat(tar.architecture()).isEqualTo("amd64");
    }
  }

  @Test
  void layersMayBeReadAtOnce() throws Exception {
    byte[] noise = new byte[3_000_000];
    new Random(7).nextBytes(noise);
    Path tar = folder.resolve("image.tar");
    TestImages.make(tar, NAME, new String(noise, StandardCharsets.ISO_8859_1));

    try (ImageTar archive = ImageTar.open(tar)) {
      List<CompletableFuture<String>> reading =
          IntStream.range(0, 16)
              .mapToObj(i -> archive.layers().get(i % 2))
              .map(layer -> CompletableFuture.supplyAsync(() -> digest(archive, layer)))
              .toList();
      for (int i = 0; i < reading.size(); i++) {
        assertThat(reading.get(i).join()).isEqualTo(archive.layers().get(i % 2).digest());
      }
    }
  }

  @Test
  void tellsWhichFilesAContainerMayExecute() throws Exception {
    Path base = folder.resolve("base.tar");
    Path script = Files.writeString(folder.resolve("tool"), "#!/bin/sh");
    TestImages.makeWith(
        base,
        NAME,
        FileEntriesLayer.builder()
            .addEntry(
                script, AbsoluteUnixPath.get("/opt/tool"), FilePermissions.fromOctalString("755"))
            .addEntry(
                script, AbsoluteUnixPath.get("/opt/text"), FilePermissions.fromOctalString("644"))
            .build(),
        Map.of("NAME", "a=b"));

    try (ImageTar image = ImageTar.open(base)) {
      assertThat(image.hasExecutable("/opt/tool")).isTrue();
      assertThat(image.hasExecutable("/opt/text")).isFalse();
      assertThat(image.hasExecutable("/opt")).isFalse();
      assertThat(image.hasExecutable("/opt/other")).isFalse();
      assertThat(image.environment()).contains("NAME=a=b");
    }
  }

  private static String digest(ImageTar archive, ImageTar.Layer layer) {
    try (InputStream in = archive.open(layer)) {
      return ImageTar.sha256(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void otherFilesAreRefusedWithTheWayBack() throws Exception {
    Path file = Files.writeString(folder.resolve("image.tar"), "no archive");

    assertThatThrownBy(() -> ImageTar.open(file))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("mvn package");
  }
}
