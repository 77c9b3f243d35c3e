// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.apache.maven.plugin.descriptor.PluginDescriptorBuilder;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.codehaus.plexus.configuration.PlexusConfigurationException;

/** What the built plugin tells Maven of its goals, without the generated goal {@code help}. */
final class Descriptor {
  private static final Path FILE = Path.of("target/classes/META-INF/maven/plugin.xml");
  private static final List<MojoDescriptor> GOALS = read();

  private Descriptor() {}

  /** All goals. */
  static List<MojoDescriptor> goals() {
    return GOALS;
  }

  /** The goal that a class implements. */
  static MojoDescriptor of(AbstractBigflowMojo mojo) {
    return GOALS.stream()
        .filter(goal -> goal.getImplementation().equals(mojo.getClass().getName()))
        .findFirst()
        .orElseThrow();
  }

  /** The parameters of a goal that a user can set. */
  static List<Parameter> parameters(MojoDescriptor goal) {
    return goal.getParameters().stream().filter(Parameter::isEditable).toList();
  }

  /**
   * The expression that a parameter takes its value from, such as {@code ${bigflow.env}}, or "".
   */
  static String expression(MojoDescriptor goal, Parameter parameter) {
    PlexusConfiguration element = goal.getMojoConfiguration().getChild(parameter.getName(), false);
    return element == null ? "" : element.getValue("");
  }

  /** The default of a parameter as it is written in the descriptor, or "". */
  static String defaultValue(MojoDescriptor goal, Parameter parameter) {
    PlexusConfiguration element = goal.getMojoConfiguration().getChild(parameter.getName(), false);
    return element == null ? "" : element.getAttribute("default-value", "");
  }

  private static List<MojoDescriptor> read() {
    try (Reader reader = Files.newBufferedReader(FILE)) {
      PluginDescriptor plugin = new PluginDescriptorBuilder().build(reader, FILE.toString());
      return plugin.getMojos().stream().filter(goal -> !goal.getGoal().equals("help")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (PlexusConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
