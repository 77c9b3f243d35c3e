// SPDX-License-Identifier: Apache-2.0
package io.bigflow.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A message that names a heading of the documentation must find it there. */
final class TroubleshootingPageTest {
  // The argument of see(), or the last one of the constructor.
  private static final Pattern SEE =
      Pattern.compile("\\.see\\(\"([^\"]+)\"\\)|^\\s+\"([a-z]+-[a-z-]+)\"\\)", Pattern.MULTILINE);

  @Test
  void everyHeadingThatAMessageNamesExists() throws IOException {
    TreeSet<String> named = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        SEE.matcher(Files.readString(source))
            .results()
            .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
            .forEach(named::add);
      }
    }
    TreeSet<String> headings = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("../docs/troubleshooting.md"))) {
      if (line.startsWith("## ")) {
        headings.add(line.substring(3).strip().toLowerCase(Locale.ROOT).replace(' ', '-'));
      }
    }
    assertThat(named).contains("tag-taken", "bucket-denied");
    assertThat(headings).containsAll(named);
  }
}
