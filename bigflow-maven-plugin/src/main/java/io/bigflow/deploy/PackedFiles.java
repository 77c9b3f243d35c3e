// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files in memory, each packed by itself. DAG files shrink to a tenth, so that ten thousand of them
 * fit into a heap of 256 MB together with Maven.
 */
final class PackedFiles {

  private final Map<String, byte[]> packed = new HashMap<>();

  /** Adds a file, or replaces it. */
  void put(String path, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length / 8 + 64);
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory does not fail", e);
    } finally {
      // Its memory is not in the heap, so the garbage collector may be late.
      deflater.end();
    }
    packed.put(path, bytes.toByteArray());
  }

  /** The content of a file, if it is there. */
  Optional<byte[]> get(String path) {
    byte @Nullable [] bytes = packed.get(path);
    if (bytes == null) {
      return Optional.empty();
    }
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
      return Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("Memory does not fail", e);
    }
  }
}
