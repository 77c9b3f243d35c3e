// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.maven.parameters.KnownParameters;
import io.bigflow.maven.parameters.ParameterName;
import io.bigflow.problem.Problem;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.codehaus.plexus.util.xml.Xpp3DomBuilder;
import org.junit.jupiter.api.Test;

/** A misspelled parameter stops the build, and the message names the one that was meant. */
final class UnknownParametersTest {
  private static final PluginDescriptor PLUGIN = Descriptor.goals().get(0).getPluginDescriptor();
  private static final KnownParameters KNOWN = KnownParameters.of(PLUGIN);

  @Test
  void aMisspelledOptionIsRefusedWithTheNearestName() {
    assertThat(texts(properties("bigflow.dagBucket", "gs://b"), new Properties(), ""))
        .singleElement()
        .asString()
        .contains("There is no parameter 'bigflow.dagBucket'")
        .contains("the command line, -Dbigflow.dagBucket")
        .contains("Did you mean 'bigflow.dagsBucket'?")
        .contains("mvn bigflow:help -Ddetail")
        .contains("docs/troubleshooting.md#unknown-parameter");
  }

  @Test
  void aMisspelledPropertyIsRefused() {
    assertThat(texts(new Properties(), properties("bigflow.image.repo", "x"), ""))
        .singleElement()
        .asString()
        .contains("There is no parameter 'bigflow.image.repo'")
        .contains("<properties> of the project or a profile");
  }

  @Test
  void misspelledElementsAreRefused() throws Exception {
    assertThat(
            texts(
                new Properties(),
                new Properties(),
                "<enw>dev</enw><image><respository>x</respository></image>"))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains("There is no element <enw>")
                    .contains("Did you mean 'env'?"),
            second ->
                assertThat(second)
                    .contains("There is no element <respository>")
                    .contains("<image> in <configuration>")
                    .contains("Did you mean 'repository'?"));
  }

  @Test
  void allThatExistsIsTaken() {
    Properties all = new Properties();
    KNOWN.defaults().keySet().forEach(name -> all.setProperty(name.property(), "x"));
    all.setProperty("bigflow.build-image.skip", "true");
    all.setProperty("bigflow.version", "0.1.0");
    all.setProperty("other.name", "x");
    String elements =
        KNOWN.defaults().keySet().stream()
            .map(UnknownParametersTest::element)
            .collect(Collectors.joining());
    assertThat(KNOWN.defaults()).hasSizeGreaterThan(20);
    assertThat(texts(all, all, elements)).isEmpty();
  }

  @Test
  void noTwoParametersShareAVariableOfTheOperatingSystem() {
    assertThat(KNOWN.defaults().keySet().stream().map(ParameterName::variable))
        .doesNotHaveDuplicates();
  }

  @Test
  void nothingIsGuessedForAnotherWord() {
    assertThat(texts(properties("bigflow.somethingElseAltogether", "x"), new Properties(), ""))
        .singleElement()
        .asString()
        .doesNotContain("Did you mean");
  }

  private static String element(ParameterName name) {
    return name.group().isEmpty()
        ? "<" + name.element() + ">x</" + name.element() + ">"
        : "<"
            + name.group()
            + "><"
            + name.child()
            + ">x</"
            + name.child()
            + "></"
            + name.group()
            + ">";
  }

  private static List<String> texts(Properties user, Properties project, String configuration) {
    try {
      return KNOWN
          .unknown(
              user,
              project,
              Xpp3DomBuilder.build(
                  new StringReader("<configuration>" + configuration + "</configuration>")))
          .stream()
          .map(Problem::text)
          .toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Properties properties(String name, String value) {
    Properties properties = new Properties();
    properties.setProperty(name, value);
    return properties;
  }
}
