// SPDX-License-Identifier: Apache-2.0
package io.bigflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder on the class path, in front of the test classes. */
public record ProjectDirectory(Path root) {

  /** Writes a resource. */
  public ProjectDirectory with(String name, String... lines) {
    try {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, java.util.List.of(lines));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A loader that sees the folder and the test classes. */
  public ClassLoader loader() {
    try {
      return new URLClassLoader(
          new URL[] {root.toUri().toURL()}, ProjectDirectory.class.getClassLoader());
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
