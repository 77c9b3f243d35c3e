// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What {@code mvn bigflow:help -Ddetail} and IDEs show, and what Maven binds by itself. */
final class PluginDescriptorTest {
  private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+");
  private static final Pattern PROPERTY = Pattern.compile("\\$\\{(bigflow\\.[A-Za-z.-]+)}");

  /** The goals that need no phase on the command line or in an execution. */
  private static final Map<String, String> PHASES =
      Map.ofEntries(
          entry("describe", "process-classes"),
          entry("build-image", "package"),
          entry("stage-templates", "package"),
          entry("build-dags", "package"),
          entry("deploy-image", "deploy"),
          entry("deploy-dags", "deploy"),
          entry("deploy-at-end", "deploy"));

  @Test
  void goalsRunInTheirDocumentedPhasesAndTheOthersInNone() {
    assertThat(
            Descriptor.goals().stream()
                .filter(goal -> goal.getPhase() != null)
                .collect(Collectors.toMap(MojoDescriptor::getGoal, MojoDescriptor::getPhase)))
        .isEqualTo(PHASES);
  }

  @TestFactory
  Stream<DynamicTest> everyGoalIsDescribedAndThreadSafe() {
    return Descriptor.goals().stream()
        .map(
            goal ->
                dynamicTest(
                    goal.getGoal(),
                    () -> {
                      assertThat(goal.getDescription()).isNotBlank();
                      assertThat(goal.getSince()).matches(VERSION);
                      assertThat(goal.isThreadSafe()).isTrue();
                      assertThat(goal.getDeprecated()).isNull();
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyParameterIsDescribedAndHasAProperty() {
    return eachParameter(
        (goal, parameter) -> {
          assertThat(parameter.getDescription()).isNotBlank().endsWith(".");
          assertThat(parameter.getSince()).matches(VERSION);
          if (!isNested(parameter)) {
            assertThat(Descriptor.expression(goal, parameter)).matches(PROPERTY);
          }
        });
  }

  // <imageBase> is bigflow.image.base.
  @TestFactory
  Stream<DynamicTest> elementAndPropertySpellTheSameName() {
    return eachParameter(
        (goal, parameter) -> {
          if (!isNested(parameter)) {
            String property =
                PROPERTY.matcher(Descriptor.expression(goal, parameter)).replaceFirst("$1");
            String name = property.replaceFirst("^bigflow\\.", "");
            assertThat(camelCase(name)).isEqualTo(parameter.getName());
          }
        });
  }

  @Test
  void oneNameMeansTheSameInEveryGoal() {
    Map<String, Set<String>> meanings =
        Descriptor.goals().stream()
            .flatMap(goal -> Descriptor.parameters(goal).stream().map(p -> meaning(goal, p)))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, toSet())));
    assertThat(meanings).allSatisfy((name, all) -> assertThat(all).as(name).hasSize(1));
  }

  private static Map.Entry<String, String> meaning(MojoDescriptor goal, Parameter parameter) {
    return entry(
        parameter.getName(),
        String.join(
            " ",
            parameter.getType(),
            Descriptor.expression(goal, parameter),
            Descriptor.defaultValue(goal, parameter)));
  }

  private static boolean isNested(Parameter parameter) {
    return parameter.getType().equals("java.util.Map");
  }

  private static String camelCase(String dotted) {
    return Pattern.compile("[.-]([a-z])")
        .matcher(dotted)
        .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
  }

  private static Stream<DynamicTest> eachParameter(Check check) {
    return Descriptor.goals().stream()
        .flatMap(
            goal ->
                Descriptor.parameters(goal).stream()
                    .map(
                        parameter ->
                            dynamicTest(
                                goal.getGoal() + " " + parameter.getName(),
                                () -> check.of(goal, parameter))));
  }

  @FunctionalInterface
  private interface Check {
    void of(MojoDescriptor goal, Parameter parameter);
  }
}
