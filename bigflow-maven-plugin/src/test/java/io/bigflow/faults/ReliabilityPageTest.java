// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of faults names every test of a fault, and nothing else. */
final class ReliabilityPageTest {

  /** A row ends with its test: {@code | `Class.method` |}. */
  private static final Pattern ROW = Pattern.compile("^\\|.*\\| *`(\\w+\\.\\w+)` *\\|$");

  @Test
  void everyFaultIsARowAndEveryRowATest() throws Exception {
    List<String> rows =
        Files.readAllLines(Path.of("../docs/reliability.md")).stream()
            .map(ROW::matcher)
            .filter(Matcher::matches)
            .map(row -> row.group(1))
            .toList();
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(rows)).isEqualTo(tests());
  }

  private static Set<String> tests() throws IOException, ClassNotFoundException {
    Set<String> tests = new TreeSet<>();
    String packageName = ReliabilityPageTest.class.getPackageName();
    Path folder = Path.of("target/test-classes", packageName.replace('.', '/'));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith("Test.class")).toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        for (Method method : Class.forName(packageName + "." + name).getDeclaredMethods()) {
          if (method.isAnnotationPresent(Fault.class)) {
            tests.add(name + "." + method.getName());
          }
        }
      }
    }
    return tests;
  }
}
