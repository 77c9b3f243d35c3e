// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.ProjectDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages show code that is compiled, files that are read, and tests that exist. */
class ConfigurationPageTest {
  private final ConfigurationPage page = new ConfigurationPage("configuration.md");

  @TempDir private Path folder = Path.of("");

  ConfigurationPageTest() throws IOException {}

  @Test
  void everySnippetIsPartOfAnExampleThatIsRun() throws IOException {
    String sources = sources("bigflow-runtime/src/test/java/example");
    for (String name : List.of("configuration.md", "secrets.md", "central-composer.md")) {
      assertThat(new ConfigurationPage(name).blocks("java"))
          .as(name)
          .isNotEmpty()
          .allSatisfy(snippet -> assertThat(sources).contains(snippet));
    }
  }

  @Test
  void thePageShowsWhatIsPrinted() {
    EnvironmentConfig config =
        EnvironmentConfig.builder("prod")
            .classLoader(page.project(folder).loader())
            .variables(Map.of("SALES_DB_PASSWORD", "hunter2"))
            .build();
    assertThat(page.blocks("text")).containsExactly(config.toString());
  }

  @Test
  void everyRowNamesATestThatExists() throws IOException {
    assertThat(page.rows()).hasSizeGreaterThan(20);
    for (String row : page.rows()) {
      String[] names = row.split("\\.", 2);
      assertThat(source(names[0]))
          .as(row)
          .containsPattern(
              Pattern.compile(
                  "(?s)@(Test|ParameterizedTest)\\b((?!\\bvoid\\b).)*\\bvoid " + names[1] + "\\("));
    }
  }

  @Test
  void everyTestOfParityIsARow() {
    assertThat(page.rows().stream().filter(row -> row.startsWith("PythonParityTest.")).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(PythonParityTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> "PythonParityTest." + method.getName())
                .toList());
  }

  private static String source(String className) throws IOException {
    for (String module : List.of("bigflow-runtime", "bigflow-maven-plugin", "it")) {
      try (Stream<Path> files =
          Files.walk(ConfigurationPage.ROOT.resolve(module).resolve("src/test/java"))) {
        Path found =
            files
                .filter(file -> file.getFileName().toString().equals(className + ".java"))
                .findFirst()
                .orElse(null);
        if (found != null) {
          return Files.readString(found);
        }
      }
    }
    throw new IllegalStateException("There is no " + className);
  }

  private static String sources(String below) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(ConfigurationPage.ROOT.resolve(below))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  @Test
  void aFileOfThePageIsReadAsItIs() {
    ProjectDirectory project = page.project(folder);
    assertThat(Objects.requireNonNull(project.root().toFile().list()))
        .containsExactlyInAnyOrder(
            "application.properties",
            "application-dev.properties",
            "application-bench.properties",
            "application-prod.properties");
  }
}
