// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.maven.parameters.ParameterName;
import io.bigflow.spec.EnvironmentName;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.maven.api.plugin.testing.Basedir;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.descriptor.Parameter;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which value is in force when a parameter has several: {@code -D} wins over everything. */
final class CommandLineTest {
  private static final String CONFIGURED = "/io/bigflow/maven/configured";

  /** All that configured/pom.xml says, in other words. */
  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("bigflow.env", "option"),
          Map.entry("bigflow.dagIdPattern", "{workflow}.option"),
          Map.entry("bigflow.envVariable", "env_option"),
          Map.entry("bigflow.gcpProjectId", "project-option"),
          Map.entry("bigflow.outputDirectory", "option/output"),
          Map.entry("bigflow.cacheDirectory", "option/cache"),
          Map.entry("bigflow.describe.timeout", "60"),
          Map.entry("bigflow.dagsBucket", "file:option-composer"),
          Map.entry("bigflow.image.repository", "option.example/jobs"),
          Map.entry("bigflow.image.base", "no base: option"),
          Map.entry("bigflow.storage.endpoint", "http://option.example"),
          Map.entry("bigflow.authMethod", "vault"),
          Map.entry("bigflow.vault.endpoint", "https://option.example/v1/token"),
          Map.entry("bigflow.job", "hello.from_option"),
          Map.entry("bigflow.runtime", "2026-02-02"),
          Map.entry("bigflow.conf", "{\"from\":\"option\"}"),
          Map.entry("bigflow.jvmArguments", "-Dfrom=option"));

  @Nested
  @Basedir(CONFIGURED)
  final class WithoutOptions extends AllGoals {
    @Test
    void theConfigurationIsInForce() throws IOException {
      assertInForce(this, "xml", Duration.ofSeconds(30));
    }

    @Test
    void aJobRunsAsConfigured() throws Exception {
      assertRun(this, "xml", "2026-01-01");
    }
  }

  // Maven's own rule: what is written closest to the goal wins over a property of the project.
  @Nested
  @Basedir(CONFIGURED)
  final class WithPropertiesOfTheProject extends AllGoals {
    @Override
    Properties projectProperties() {
      return options();
    }

    @Test
    void theConfigurationIsInForce() throws IOException {
      assertInForce(this, "xml", Duration.ofSeconds(30));
    }
  }

  @Nested
  @Basedir(CONFIGURED)
  final class WithOptions extends AllGoals {
    @Override
    Properties userProperties() {
      return options();
    }

    @Test
    void theOptionsAreInForce() throws IOException {
      assertInForce(this, "option", Duration.ofSeconds(60));
    }

    @Test
    void aJobRunsAsTheOptionsSay() throws Exception {
      assertRun(this, "option", "2026-02-02");
    }

    @Test
    void anEnvironmentThatIsNoneIsQuoted() {
      goals().get(0).session().getUserProperties().setProperty("bigflow.env", "Dev");
      assertThatThrownBy(() -> goals().get(0).env())
          .hasMessageContaining("'Dev' cannot be the name of an environment")
          .hasMessageContaining("Use " + EnvironmentName.RULE);
    }

    @Test
    void aNumberThatIsNoneIsQuoted() {
      goals()
          .get(0)
          .session()
          .getUserProperties()
          .setProperty("bigflow.describe.timeout", "2 minutes");
      assertThatThrownBy(() -> goal(DescribeMojo.class).limit())
          .hasMessageContaining("'2 minutes'")
          .hasMessageContaining("bigflow.describe.timeout");
    }
  }

  // <image><repository> without one of these would be an element that -D cannot change.
  @Test
  void everyGroupHasPropertiesAndIsAParameter() {
    Set<String> names =
        Descriptor.goals().stream()
            .flatMap(goal -> Descriptor.parameters(goal).stream())
            .map(Parameter::getName)
            .collect(Collectors.toSet());
    assertThat(names).containsAll(ParameterName.GROUPS);
    for (String group : ParameterName.GROUPS) {
      assertThat(properties(group)).as(group).isNotEmpty();
    }
  }

  private static List<String> properties(String group) {
    return Descriptor.goals().stream()
        .flatMap(
            goal ->
                Descriptor.parameters(goal).stream()
                    .map(parameter -> Descriptor.expression(goal, parameter)))
        .filter(expression -> expression.startsWith("${bigflow." + group + "."))
        .distinct()
        .toList();
  }

  private static Properties options() {
    Properties properties = new Properties();
    properties.putAll(OPTIONS);
    return properties;
  }

  private static void assertInForce(AllGoals all, String from, Duration timeout)
      throws IOException {
    Path directory = all.directory;
    for (AbstractBigflowMojo goal : all.goals()) {
      assertThat(goal.env()).isEqualTo(from);
      assertThat(goal.dagIds().pattern()).isEqualTo("{workflow}." + from);
      assertThat(goal.output().directory()).isEqualTo(directory.resolve(from).resolve("output"));
    }
    for (AbstractTargetMojo goal : all.goals(AbstractTargetMojo.class)) {
      assertThat(goal.bucketLocation())
          .contains(new BucketLocation.Directory(directory.resolve(from + "-composer")));
      assertThat(goal.imageRepository()).contains(from + ".example/jobs");
    }
    for (AbstractBucketMojo goal : all.goals(AbstractBucketMojo.class)) {
      assertThat(goal.storageEndpoint()).contains("http://" + from + ".example");
      assertThat(goal.credentials().name()).isEqualTo("Vault at '" + from + ".example'");
    }
    assertThat(all.goal(DescribeMojo.class).limit()).isEqualTo(timeout);
    assertThat(all.goal(DescribeMojo.class).composerProject()).contains("project-" + from);
    assertThat(all.goal(RunMojo.class).composerProject()).isEmpty();
    assertThat(all.goal(BuildDagsMojo.class).envVariable()).contains("env_" + from);

    BuildImageMojo buildImage = all.goal(BuildImageMojo.class);
    assertThat(buildImage.cacheDirectory()).isEqualTo(directory.resolve(from).resolve("cache"));
    Path index = directory.resolve("target/classes").resolve(WorkflowIndex.RESOURCE);
    Files.createDirectories(index.getParent());
    Files.createFile(index);
    assertThatThrownBy(() -> all.execute(buildImage))
        .isInstanceOf(MojoFailureException.class)
        .hasMessageContaining("'no base: " + from + "'");
  }

  // The goal starts whatever class has the launcher's name on the class path of the project.
  private static void assertRun(AllGoals all, String from, String runtime) throws Exception {
    describe(all, from);
    compileLauncher(all.directory);
    RunMojo run = all.goal(RunMojo.class);
    // As in a project that runs describe by itself, which has just happened.
    Plugin plugin = new Plugin();
    plugin.setGroupId("io.bigflow");
    plugin.setArtifactId("bigflow-maven-plugin");
    PluginExecution execution = new PluginExecution();
    execution.addGoal("describe");
    plugin.addExecution(execution);
    run.project().getBuild().addPlugin(plugin);

    all.execute(run);

    assertThat(all.directory.resolve("launched"))
        .hasContent(
            String.join(
                "\n",
                "-Dfrom=" + from,
                "run",
                "--job",
                "hello.from_" + from,
                "--runtime",
                runtime,
                "--env",
                from,
                "--conf",
                "{\"from\":\"" + from + "\"}"));
  }

  private static void describe(AllGoals all, String env) throws IOException {
    WorkflowSpec.Retry retry = new WorkflowSpec.Retry(0, Duration.ZERO);
    List<TaskSpec> jobs =
        Stream.of("from_xml", "from_option")
            .<TaskSpec>map(
                id ->
                    new TaskSpec.Job(
                        id,
                        TaskSpec.Settings.of(List.of(), null, retry, Duration.ofHours(1), null),
                        null,
                        List.of()))
            .toList();
    WorkflowSpec workflow =
        new WorkflowSpec(
            "hello",
            "com.example.Hello",
            null,
            null,
            null,
            new ScheduleSpec.Cron("0 0 * * *", "UTC"),
            ZonedDateTime.parse("2024-01-01T00:00:00Z"),
            false,
            false,
            false,
            1,
            List.of(),
            jobs);
    SpecJson.write(
        new ProjectSpec(SpecJson.FORMAT_VERSION, env, null, List.of(workflow), List.of()),
        all.directory.resolve(env).resolve("output/workflows.json"));
  }

  private static void compileLauncher(Path directory) throws IOException {
    Path classes = Files.createDirectories(directory.resolve("target/classes"));
    Path source = directory.resolve("Launcher.java");
    Files.writeString(
        source,
        """
        package io.bigflow.launch;

        import java.nio.file.*;

        public class Launcher {
          public static void main(String[] arguments) throws Exception {
            Files.writeString(
                Path.of("launched"),
                "-Dfrom=" + System.getProperty("from") + "\\n" + String.join("\\n", arguments));
          }
        }
        """);
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), source.toString());
    assertThat(exit).isZero();
  }
}
