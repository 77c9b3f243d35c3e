// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The layers of an image archive that hold parts of the project. */
final class ImageLayers {

  private ImageLayers() {}

  /** Digests of layers by the files below {@code /app} that they hold, without base layers. */
  static Map<String, String> of(Path tar) throws IOException {
    Map<String, String> layers = new TreeMap<>();
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tar));
        TarArchiveInputStream entries = new TarArchiveInputStream(file)) {
      TarArchiveEntry entry = entries.getNextEntry();
      while (entry != null) {
        if (entry.getName().endsWith(".tar.gz")) {
          Set<String> files = files(entries);
          files.removeIf(name -> !name.startsWith("app/"));
          if (!files.isEmpty()) {
            layers.put(String.join(" ", files), entry.getName().replace(".tar.gz", ""));
          }
        }
        entry = entries.getNextEntry();
      }
    }
    return layers;
  }

  // Not closed, which would close the archive around it.
  private static Set<String> files(InputStream layer) throws IOException {
    Set<String> files = new TreeSet<>();
    TarArchiveInputStream entries = new TarArchiveInputStream(new GZIPInputStream(layer));
    TarArchiveEntry entry = entries.getNextEntry();
    while (entry != null) {
      if (entry.isFile()) {
        files.add(entry.getName());
      }
      entry = entries.getNextEntry();
    }
    return files;
  }
}
