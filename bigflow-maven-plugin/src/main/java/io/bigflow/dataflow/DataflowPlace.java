// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dataflow;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Dataflow runs jobs.
 *
 * @param project a project's id, nothing else
 * @param region a region's id, nothing else
 */
public record DataflowPlace(String project, String region) {

  // Projects of a domain have its name before them: example.com:my-project.
  private static final Pattern PROJECT =
      Pattern.compile("([a-z0-9][a-z0-9.-]{0,200}:)?[a-z0-9][a-z0-9-]{0,62}");
  private static final Pattern REGION = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  /** Refuses what is no id. */
  public DataflowPlace {
    if (!PROJECT.matcher(project).matches() || !REGION.matcher(region).matches()) {
      throw new IllegalArgumentException("no project and region");
    }
  }

  /** A place; empty if it is not known, or cannot be one. */
  public static Optional<DataflowPlace> of(@Nullable String project, @Nullable String region) {
    return project == null
            || region == null
            || !PROJECT.matcher(project).matches()
            || !REGION.matcher(region).matches()
        ? Optional.empty()
        : Optional.of(new DataflowPlace(project, region));
  }

  @Override
  public String toString() {
    return "project '" + project + "', region '" + region + "'";
  }
}
