// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Texts that are kept in files of the project.
 *
 * <pre>{@code
 * dataset.writeTruncate("polish_ports", BigQuerySql.resource("internationalports/polish_ports.sql"));
 * }</pre>
 */
public final class BigQuerySql {

  private BigQuerySql() {}

  /**
   * The text of a file on the class path, such as one below {@code src/main/resources}.
   *
   * @param path from the root of the class path, without a slash at the beginning; UTF-8
   * @throws ConfigurationException if there is no such file
   */
  public static String resource(String path) {
    try (InputStream stream = open(path)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read '" + path + "' from the class path", e);
    }
  }

  /** The content of a file on the class path, of any kind. */
  static InputStream open(String path) {
    @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context == null ? BigQuerySql.class.getClassLoader() : context;
    InputStream stream = loader.getResourceAsStream(path);
    if (stream == null) {
      throw new ConfigurationException(
          "There is no file '"
              + path
              + "' on the class path. Put it at src/main/resources/"
              + path
              + ", or correct the path.");
    }
    return stream;
  }
}
