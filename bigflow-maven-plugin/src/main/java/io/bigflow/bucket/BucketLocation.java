// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The bucket of a Composer environment, or a directory that stands for one. */
public sealed interface BucketLocation {

  /**
   * A bucket of Cloud Storage.
   *
   * @param name the name, without {@code gs://}
   */
  record Gcs(String name) implements BucketLocation {
    @Override
    public String toString() {
      return "gs://" + name;
    }
  }

  /**
   * A directory: the embedded local target.
   *
   * @param path absolute
   */
  record Directory(Path path) implements BucketLocation {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** Google's rule for bucket names: lower case, 3 to 222 characters with dots. */
  Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

  /**
   * Reads {@code gs://bucket}, {@code gs://bucket/dags} (as Composer's page shows it), {@code
   * bucket} or {@code file:directory}.
   *
   * @param base what a relative directory is relative to
   */
  static BucketLocation parse(String text, Path base) {
    String value = text.strip();
    if (value.startsWith("file:")) {
      try {
        String path = value.substring("file:".length()).replaceFirst("^///", "/");
        if (!path.isEmpty()) {
          return new Directory(base.toAbsolutePath().resolve(path).normalize());
        }
      } catch (InvalidPathException e) {
        throw invalid(text);
      }
      throw invalid(text);
    }
    String name = value.replaceFirst("^gs://", "").replaceFirst("/(dags/?)?$", "");
    if (!NAME.matcher(name).matches()) {
      throw invalid(text);
    }
    return new Gcs(name);
  }

  private static BigflowException invalid(String text) {
    return BigflowException.of(
        Problem.of(
            "'" + text + "' names no bucket",
            "bigflow.dagsBucket",
            "Write gs://BUCKET as the Composer environment's page shows it, or file:DIRECTORY to"
                + " deploy into a directory"));
  }
}
