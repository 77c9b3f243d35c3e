// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import example.sales.Credentials;
import example.sales.ExportsWorkflow;
import example.sales.SalesWorkflow;
import io.bigflow.ProjectDirectory;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
  void theAccountsOfThePageAreInForce() throws Exception {
    EnvironmentConfig dev =
        EnvironmentConfig.builder("dev")
            .classLoader(new ConfigurationPage("central-composer.md").project(folder).loader())
            .build();
    assertThat(accounts(new SalesWorkflow(), dev))
        .containsExactly(Optional.of("sales-jobs@acme-sales-dev.iam.gserviceaccount.com"));
    assertThat(accounts(new ExportsWorkflow(), dev))
        .containsExactly(
            Optional.of("sales-exports@acme-sales-dev.iam.gserviceaccount.com"), Optional.empty());
  }

  private static List<Optional<String>> accounts(
      WorkflowDefinition definition, EnvironmentConfig config) {
    Workflow workflow = definition.define(new DeclaredFor("dev", config));
    return workflow.tasks().stream()
        .map(task -> Impersonation.of((JobTask) task, workflow, config))
        .map(account -> account.map(Impersonation::toString))
        .toList();
  }

  @Test
  void theSecretThatThePageMakesIsTheOneOfItsWorkflow() throws IOException {
    ConfigurationPage secrets = new ConfigurationPage("secrets.md");
    EnvironmentConfig config = EnvironmentConfig.builder("dev").build();
    Secret secret = new SalesWorkflow().define(new DeclaredFor("dev", config)).secrets().get(0);
    String key = secret.key().orElseThrow();
    assertThat(String.join("", secrets.blocks("sh")))
        .contains("kubectl create secret generic " + secret.name() + " ")
        .contains("--namespace=composer-user-workloads")
        .contains("--from-file=" + key + "=")
        .contains("--secret-file-path=" + secret.name() + ".yaml");
    assertThat(secrets.blocks("yaml"))
        .containsExactly(
            """
            apiVersion: v1
            kind: Secret
            metadata:
              name: %s
            data:
              %s: %s
            """
                .formatted(
                    secret.name(),
                    key,
                    Base64.getEncoder().encodeToString("hunter2".getBytes(UTF_8))));
    // The variable is the one that the mapping of the page reads.
    EnvironmentConfig inJob =
        EnvironmentConfig.builder("dev")
            .variables(Map.of(secret.variable().orElseThrow(), "hunter2"))
            .build();
    assertThat(inJob.mapping(Credentials.class).password().get()).isEqualTo("hunter2");
    assertThat(inJob.get("sales.password")).isEqualTo("hunter2");
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
