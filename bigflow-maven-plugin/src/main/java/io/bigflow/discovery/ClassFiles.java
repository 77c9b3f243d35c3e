// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What compiled classes say of themselves. */
public final class ClassFiles {
  // Java Virtual Machine Specification, 4.1: magic number, minor version, major version.
  private static final int MAGIC = 0xCAFEBABE;
  private static final int MAJOR_OF_JAVA_0 = 44;

  private ClassFiles() {}

  /** The oldest Java release that runs all classes below a directory; empty if there is none. */
  public static OptionalInt newestRelease(Path classes) throws IOException {
    if (!Files.isDirectory(classes)) {
      return OptionalInt.empty();
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(file -> file.toString().endsWith(".class")).toList();
    }
    int newest = 0;
    for (Path file : files) {
      newest = Math.max(newest, release(file));
    }
    return newest == 0 ? OptionalInt.empty() : OptionalInt.of(newest);
  }

  private static int release(Path file) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      if (Files.size(file) < Long.BYTES || in.readInt() != MAGIC) {
        return 0;
      }
      in.readUnsignedShort();
      return in.readUnsignedShort() - MAJOR_OF_JAVA_0;
    }
  }
}
