// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import static org.assertj.core.api.Assertions.assertThat;

import example.HelloWorkflow;
import example.RichWorkflow;
import example.Singleton;
import example.StreamWorkflow;
import io.bigflow.ProjectDirectory;
import io.bigflow.spec.DefinitionFailure;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowSpec;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribeTest {

  @TempDir private Path folder = Path.of("");

  private final StringWriter err = new StringWriter();

  @Test
  void writesTheDescriptionOfAllDefinitions() throws Exception {
    Path output = folder.resolve("made/workflows.json");
    assertThat(
            describe(
                "--definition",
                Singleton.class.getName(),
                "--definition",
                RichWorkflow.class.getName(),
                "--definition",
                StreamWorkflow.class.getName(),
                "--definition",
                HelloWorkflow.class.getName(),
                "--env",
                "dev",
                "--output",
                output.toString()))
        .isEqualTo(0);
    assertThat(Files.readString(output)).isEqualTo(golden("workflows.json"));
  }

  @Test
  void triesAllDefinitionsAndRecordsEveryFailure() throws Exception {
    Path output = folder.resolve("workflows.json");
    assertThat(
            describe(
                "--definition=example.Broken$DefineThrows",
                "--definition=example.Broken$Abstract",
                "--definition=example.HelloWorkflow",
                "--definition=example.Nowhere",
                "--env=dev",
                "--output=" + output))
        .isEqualTo(0);
    ProjectSpec spec = SpecJson.read(output, ProjectSpec.class);
    assertThat(spec.workflows()).extracting(WorkflowSpec::id).containsExactly("hello");
    assertThat(spec.failures())
        .extracting(DefinitionFailure::definition)
        .containsExactly(
            "example.Broken$Abstract", "example.Broken$DefineThrows", "example.Nowhere");
  }

  @Test
  void definitionsSeeTheFilesButNotTheMachine() throws Exception {
    new ProjectDirectory(folder).with("application-dev.properties", "team=blue", "path=");
    Path output = folder.resolve("workflows.json");
    describe("--definition=example.RichWorkflow", "--env=dev", "--output=" + output);
    assertThat(SpecJson.read(output, ProjectSpec.class).workflows().get(0).owner())
        .isEqualTo("team-blue");
  }

  @Test
  void theEnvironmentSaysWhereAndAsWhomItsJobsWork() throws Exception {
    new ProjectDirectory(folder)
        .with(
            "application-dev.properties",
            "gcp.project=sales-dev",
            "bigflow.impersonateServiceAccount=jobs@${gcp.project}.iam.gserviceaccount.com");
    Path output = folder.resolve("workflows.json");
    assertThat(
            describe(
                "--definition=example.HelloWorkflow",
                "--definition=example.RichWorkflow",
                "--env=dev",
                "--output=" + output))
        .isEqualTo(0);
    ProjectSpec spec = SpecJson.read(output, ProjectSpec.class);
    assertThat(spec.jobsProject()).isEqualTo("sales-dev");
    assertThat(accounts(spec, 0))
        .isEqualTo(
            List.of(
                List.of("jobs@sales-dev.iam.gserviceaccount.com"),
                List.of("jobs@sales-dev.iam.gserviceaccount.com")));
    assertThat(accounts(spec, 1))
        .isEqualTo(
            List.of(
                List.of(
                    "delegate@ops.iam.gserviceaccount.com", "rich@sales.iam.gserviceaccount.com"),
                List.of()));
  }

  private static List<?> accounts(ProjectSpec spec, int workflow) {
    return spec.workflows().get(workflow).jobs().stream()
        .map(task -> task.settings().impersonation())
        .toList();
  }

  @Test
  void aProjectThatOnlyTheContainerKnowsIsLeftOut() throws Exception {
    new ProjectDirectory(folder).with("application-dev.properties", "gcp.project=${JOBS_PROJECT}");
    Path output = folder.resolve("workflows.json");
    assertThat(describe("--definition=example.HelloWorkflow", "--env=dev", "--output=" + output))
        .isEqualTo(0);
    assertThat(SpecJson.read(output, ProjectSpec.class).jobsProject()).isNull();
  }

  @Test
  void wrongAccountsOfTheEnvironmentEndWith2() {
    new ProjectDirectory(folder)
        .with("application-dev.properties", "bigflow.impersonateServiceAccount=me@gmail.com");
    Path output = folder.resolve("workflows.json");
    assertThat(describe("--definition=example.HelloWorkflow", "--env=dev", "--output=" + output))
        .isEqualTo(2);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "Configuration key 'bigflow.impersonateServiceAccount' has a wrong value in environment"
                + " 'dev': 'me@gmail.com' in application-dev.properties:1 is no e-mail address of a"
                + " service account such as jobs@my-project.iam.gserviceaccount.com, or several"
                + " with commas between them, each once: delegates first, the account to act as"
                + " last.\n");
    assertThat(output).doesNotExist();
  }

  @Test
  void wrongAccountsInCodeAreFailuresOfTheirDefinition() throws Exception {
    Path output = folder.resolve("workflows.json");
    assertThat(
            describe("--definition=example.Broken$WrongAccount", "--env=dev", "--output=" + output))
        .isEqualTo(0);
    DefinitionFailure failure = SpecJson.read(output, ProjectSpec.class).failures().get(0);
    assertThat(failure.problem())
        .startsWith(
            "define(…) cannot be configured: 'me@gmail.com' is not a service account. Write the");
    assertThat(failure.place()).startsWith("example.Broken$WrongAccount.define(Broken.java:");
  }

  @Test
  void wrongUsageAndUnreadableConfigurationEndWith2() {
    Path output = folder.resolve("workflows.json");
    assertThat(describe("--env=dev")).isEqualTo(2);
    assertThat(err.toString()).contains("--output");
    assertThat(describe("--env=Dev!", "--output=" + output)).isEqualTo(2);
    assertThat(err.toString()).contains("'Dev!' is not a name of an environment");
    new ProjectDirectory(folder).with("application.properties", "a=\\u1");
    assertThat(describe("--env=dev", "--output=" + output)).isEqualTo(2);
    assertThat(err.toString()).contains("Cannot read application.properties");
    assertThat(output).doesNotExist();
  }

  private int describe(String... args) {
    return Describe.run(args, new ProjectDirectory(folder).loader(), new PrintWriter(err, true));
  }

  private static String golden(String name) throws Exception {
    try (InputStream resource = DescribeTest.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(resource, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
