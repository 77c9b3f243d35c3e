// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that this plugin was built with. */
final class Versions {
  private static final Properties VERSIONS = load();

  private Versions() {}

  /** This plugin's own version. */
  static String bigflow() {
    return VERSIONS.getProperty("bigflow", "unknown");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
