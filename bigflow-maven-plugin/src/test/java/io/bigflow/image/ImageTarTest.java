// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
