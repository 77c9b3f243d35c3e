// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What an image archive says of how its container is started. */
final class ImageConfig {

  private ImageConfig() {}

  /** The configuration of an image, as JSON. */
  static String of(Path tar) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tar));
        TarArchiveInputStream entries = new TarArchiveInputStream(file)) {
      TarArchiveEntry entry = entries.getNextEntry();
      while (entry != null) {
        if (entry.getName().equals("config.json")) {
          return new String(entries.readAllBytes(), StandardCharsets.UTF_8);
        }
        entry = entries.getNextEntry();
      }
    }
    throw new IOException(tar + " holds no config.json");
  }
}
