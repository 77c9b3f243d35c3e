// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.maven.api.plugin.testing.Basedir;
import org.apache.maven.api.plugin.testing.MojoExtension;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Every parameter of every goal: its default, and that it takes its value from {@code -D}, from the
 * project's properties and from {@code <configuration>}.
 */
final class GoalParametersTest {

  /** The defaults that docs/configuration.md and the parameters themselves promise. */
  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          entry("skip", false),
          entry("env", "local"),
          entry("dagIdPattern", "{workflow}__{env}"),
          entry("outputDirectory", Path.of("target/bigflow")),
          entry("cacheDirectory", Path.of(AllGoals.HOME, ".cache/bigflow")),
          entry("describeTimeout", 120),
          entry("templatesTimeout", 300),
          entry("activeRuns", "refuse"),
          entry("activeRunsTimeout", 3600),
          entry("deployDrift", "overwrite"),
          entry("deployWait", false),
          entry("fromTemplate", false),
          entry("deployWaitTimeout", 900),
          entry("deployStartStreaming", false),
          entry("historyKept", 100),
          entry("planExitCode", true),
          entry("triggerWait", false),
          entry("triggerWaitTimeout", 3600));

  @Nested
  final class Unset extends AllGoals {
    @Test
    void everyGoalOfThePluginIsTestedHere() {
      assertThat(goals().stream().map(goal -> Descriptor.of(goal).getGoal()))
          .containsExactlyInAnyOrderElementsOf(
              Descriptor.goals().stream().map(MojoDescriptor::getGoal).toList());
    }

    @Test
    void parametersHaveTheirDocumentedDefaults() throws IllegalAccessException {
      for (AbstractBigflowMojo goal : goals()) {
        for (Parameter parameter : Descriptor.parameters(Descriptor.of(goal))) {
          assertValue(goal, parameter, inside(directory, DEFAULTS.get(parameter.getName())));
        }
      }
    }
  }

  @Nested
  final class OnTheCommandLine extends AllGoals {
    @Override
    Properties userProperties() {
      return allProperties();
    }

    @Test
    void everyParameterTakesItsProperty() throws IllegalAccessException {
      assertSamples(this);
    }
  }

  @Nested
  final class InTheProject extends AllGoals {
    @Override
    Properties projectProperties() {
      return allProperties();
    }

    @Test
    void everyParameterTakesItsProperty() throws IllegalAccessException {
      assertSamples(this);
    }
  }

  @Nested
  @Basedir(ALL_CONFIGURED)
  final class InTheConfiguration extends AllGoals {
    @BeforeAll
    static void configureAll() throws IOException {
      writePomThatConfiguresAll();
    }

    @Test
    void everyParameterTakesItsElement() throws IllegalAccessException {
      assertSamples(this);
    }
  }

  // The harness reads the configuration from the pom.xml here.
  private static final String ALL_CONFIGURED = "target/test-projects/all-configured";

  private static void assertSamples(AllGoals all) throws IllegalAccessException {
    for (AbstractBigflowMojo goal : all.goals()) {
      for (Parameter parameter : Descriptor.parameters(Descriptor.of(goal))) {
        if (!isNested(parameter)) {
          assertValue(goal, parameter, inside(all.directory, sample(parameter)));
        }
      }
    }
  }

  private static void assertValue(
      AbstractBigflowMojo goal, Parameter parameter, @Nullable Object expected)
      throws IllegalAccessException {
    Object value = MojoExtension.getVariableValueFromObject(goal, parameter.getName());
    assertThat(value instanceof File file ? file.toPath() : value)
        .as("%s of %s", parameter.getName(), goal.getClass().getSimpleName())
        .isEqualTo(expected);
  }

  private static @Nullable Object inside(Path directory, @Nullable Object value) {
    return value instanceof Path path ? directory.resolve(path) : value;
  }

  /** A value of the parameter's type that is no parameter's default. */
  private static Object sample(Parameter parameter) {
    return switch (parameter.getType()) {
      case "boolean" -> !Boolean.TRUE.equals(DEFAULTS.get(parameter.getName()));
      case "int" -> 7;
      case "java.io.File" -> Path.of("some/" + parameter.getName());
      case "java.lang.String" -> "some-" + parameter.getName();
      default -> throw new IllegalArgumentException(parameter + " of " + parameter.getType());
    };
  }

  private static boolean isNested(Parameter parameter) {
    return parameter.getType().equals("java.util.Map");
  }

  private static Properties allProperties() {
    Properties properties = new Properties();
    for (MojoDescriptor goal : Descriptor.goals()) {
      for (Parameter parameter : Descriptor.parameters(goal)) {
        if (!isNested(parameter)) {
          String expression = Descriptor.expression(goal, parameter);
          String property = expression.replaceFirst("^\\$\\{(.*)}$", "$1");
          properties.setProperty(property, sample(parameter).toString());
        }
      }
    }
    return properties;
  }

  private static void writePomThatConfiguresAll() throws IOException {
    StringBuilder elements = new StringBuilder();
    for (MojoDescriptor goal : Descriptor.goals()) {
      for (Parameter parameter : Descriptor.parameters(goal)) {
        String start = "<" + parameter.getName() + ">";
        if (!isNested(parameter) && elements.indexOf(start) < 0) {
          elements.append(start).append(sample(parameter));
          elements.append("</").append(parameter.getName()).append(">\n");
        }
      }
    }
    Path pom = Path.of(ALL_CONFIGURED, "pom.xml");
    Files.createDirectories(pom.getParent());
    Files.writeString(
        pom,
        """
        <project><build><plugins><plugin>
          <artifactId>bigflow-maven-plugin</artifactId>
          <configuration>
        %s
          </configuration>
        </plugin></plugins></build></project>
        """
            .formatted(elements));
  }
}
