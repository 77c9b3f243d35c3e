// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The job configuration that is in force in one environment, as it may be shown to anybody.
 *
 * @param formatVersion {@link SpecJson#FORMAT_VERSION} of the writer
 * @param env the environment
 * @param files the files that were read, the one that wins first
 * @param entries ordered by key; every key of the files, however it gets its value
 */
public record JobConfigSpec(
    int formatVersion, String env, List<String> files, List<Entry> entries) {

  /** Copies the lists. */
  public JobConfigSpec {
    files = List.copyOf(files);
    entries = List.copyOf(entries);
  }

  /**
   * A key and its value.
   *
   * @param key the key
   * @param value the value with its expressions evaluated; as it is written if they cannot be, or
   *     lead to something that is not shown; absent if nothing of it is shown
   * @param origin where the value is from, for example {@code application-dev.properties:3}
   * @param hidden whether something of the value is not shown, because the key looks like that of a
   *     secret or the value is from a variable of the operating system
   * @param problem why expressions cannot be evaluated, as a sentence; absent if all is well
   */
  public record Entry(
      String key,
      @Nullable String value,
      String origin,
      boolean hidden,
      @Nullable String problem) {}
}
