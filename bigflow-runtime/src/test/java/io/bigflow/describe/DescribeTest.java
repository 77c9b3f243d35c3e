// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import static org.assertj.core.api.Assertions.assertThat;

import example.HelloWorkflow;
import example.RichWorkflow;
import example.Singleton;
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
