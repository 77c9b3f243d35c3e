// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file that Airflow could not import.
 *
 * @param file its path below the DAGs folder, with slashes
 * @param stackTrace what Python said; Airflow replaces it by a sentence that begins with {@code
 *     REDACTED} if the file holds a DAG that the caller may not read
 * @param time when the file was parsed the last time: it moves with each parse, though nothing has
 *     changed
 */
public record ImportError(String file, String stackTrace, @Nullable Instant time) {

  /**
   * Whether it is about a file.
   *
   * @param path below the DAGs folder. Airflow 2 names files by absolute paths, and not every
   *     installation calls its folder {@code dags}; so the ends of the paths are compared
   */
  public boolean isAbout(String path) {
    return file.equals(path) || file.endsWith("/" + path);
  }
}
