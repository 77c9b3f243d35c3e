// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/dataflow.md shows code that is compiled and run, and leaves no row of its table open. */
class DataflowPageTest {

  private static final Path EXAMPLES =
      Path.of("src/test/java/io/bigflow/beam/DataflowPageExamplesTest.java");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("(?m)^##+ (.*)$");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `[^|]*\\| (.*) \\| \\[[^|]*\\]\\(#([a-z-]+)\\), `(\\w+)` \\|$");

  private static String page() {
    try {
      return Files.readString(Path.of("../docs/dataflow.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of configuration that the page shows. */
  static List<String> properties() {
    return blocks("properties").stream()
        .flatMap(String::lines)
        .filter(line -> line.contains("=") && !line.startsWith("#"))
        .toList();
  }

  @Test
  void everySnippetIsPartOfATestThatRuns() throws IOException {
    String examples = withoutBlanks(Files.readString(EXAMPLES));
    assertThat(blocks("java"))
        .isNotEmpty()
        .allSatisfy(snippet -> assertThat(examples).contains(withoutBlanks(snippet)));
  }

  @Test
  void everyRowOfTheTableHasASectionAndATest() {
    String page = page();
    List<String> anchors =
        HEADING
            .matcher(page)
            .results()
            .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
            .map(heading -> heading.replaceAll("[^a-z -]", "").replace(' ', '-'))
            .toList();
    List<String> tests =
        Arrays.stream(DataflowPageExamplesTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(Method::getName)
            .toList();
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    long lines = page.lines().filter(line -> line.startsWith("| `")).count();
    assertThat(rows).hasSize((int) lines).hasSizeGreaterThan(10);
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.group(1)).isNotBlank();
              assertThat(anchors).contains(row.group(2));
              assertThat(tests).contains(row.group(3));
            });
  }

  private static List<String> blocks(String language) {
    return BLOCK
        .matcher(page())
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  private static String withoutBlanks(String text) {
    return text.replaceAll("\\s+", "");
  }
}
