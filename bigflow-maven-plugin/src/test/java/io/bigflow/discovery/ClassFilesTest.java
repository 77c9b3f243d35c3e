// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassFilesTest {
  @TempDir private Path classes;

  @Test
  void theNewestClassDecides() throws IOException {
    assertThat(ClassFiles.newestRelease(classes.resolve("absent"))).isEmpty();
    assertThat(ClassFiles.newestRelease(classes)).isEmpty();

    classFile("Old.class", 61);
    classFile("deep/New.class", 65);
    Files.writeString(classes.resolve("Broken.class"), "no class file");
    Files.writeString(classes.resolve("short.class"), "x");

    assertThat(ClassFiles.newestRelease(classes)).hasValue(21);
  }

  private void classFile(String name, int major) throws IOException {
    Path file = classes.resolve(name);
    Files.createDirectories(file.getParent());
    byte[] head = {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0, (byte) major, 0, 1};
    Files.write(file, head);
  }
}
