// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shared libraries that {@code ldd} lists.
 *
 * @param files absolute paths of the libraries and of the loader, outside the directory looked at
 * @param missing the names that were not found
 */
record SharedLibraries(Set<Path> files, Set<String> missing) {

  /** {@code name => /path (0x…)}, {@code name => not found} or, for the loader, {@code /path}. */
  private static final Pattern LINE =
      Pattern.compile(
          "\\s+(?<name>\\S+)(?: => (?<target>not found|/\\S+))?(?: \\(0x[0-9a-f]+\\))?");

  /**
   * Reads the output of {@code ldd}.
   *
   * @param inside libraries below this directory are not listed: they are in the image anyway
   */
  static SharedLibraries parse(String lddOutput, Path inside) {
    Set<Path> files = new TreeSet<>();
    Set<String> missing = new TreeSet<>();
    for (String line : lddOutput.split("\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      String name = matcher.group("name");
      String target = matcher.group("target");
      if ("not found".equals(target)) {
        missing.add(name);
      } else if (target != null || name.startsWith("/")) {
        // The kernel's own linux-vdso.so.1 has neither a target nor a path.
        Path file = Path.of(target == null ? name : target).normalize();
        if (!file.startsWith(inside)) {
          files.add(file);
        }
      }
    }
    return new SharedLibraries(files, missing);
  }
}
