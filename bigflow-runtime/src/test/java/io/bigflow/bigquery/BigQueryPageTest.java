// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/bigquery.md shows code that is compiled and run, and leaves no row of its table open. */
class BigQueryPageTest {

  private static final Path SOURCES = Path.of("src/test/java/io/bigflow/bigquery");
  private static final Path RESOURCES = Path.of("src/test/resources/bigquery");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("(?m)^##+ (.*)$");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `[^|]*\\| (.*) \\| \\[[^|]*\\]\\(#([a-z-]+)\\), `(\\w+)` \\|$");

  private final String page = Files.readString(Path.of("../docs/bigquery.md"));

  BigQueryPageTest() throws IOException {}

  @Test
  void everySnippetIsPartOfATestThatRuns() throws IOException {
    String sources =
        withoutBlanks(Files.readString(SOURCES.resolve("BigQueryPageOnServerTest.java")));
    assertThat(blocks("java"))
        .isNotEmpty()
        .allSatisfy(snippet -> assertThat(sources).contains(withoutBlanks(snippet)));
  }

  @Test
  void filesAreTheOnesThatTheTestsRead() throws IOException {
    assertThat(blocks("sql")).containsExactly(Files.readString(RESOURCES.resolve("north.sql")));
    assertThat(blocks("json"))
        .containsExactly(Files.readString(RESOURCES.resolve("harbours.json")));
  }

  @Test
  void everyRowOfTheTableHasASectionAndATest() {
    List<String> anchors =
        HEADING
            .matcher(page)
            .results()
            .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
            .map(heading -> heading.replaceAll("[^a-z -]", "").replace(' ', '-'))
            .toList();
    List<String> tests =
        Arrays.stream(BigQueryPageOnServerTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(Method::getName)
            .toList();
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    long lines = page.lines().filter(line -> line.startsWith("| `")).count();
    assertThat(rows).hasSize((int) lines).hasSizeGreaterThan(20);
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.group(1)).isNotBlank();
              assertThat(anchors).contains(row.group(2));
              assertThat(tests).contains(row.group(3));
            });
  }

  private List<String> blocks(String language) {
    return BLOCK
        .matcher(page)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  private static String withoutBlanks(String code) {
    return code.replaceAll("\\s", "");
  }
}
