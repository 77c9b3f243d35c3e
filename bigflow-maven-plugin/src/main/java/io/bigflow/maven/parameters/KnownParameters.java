// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

import io.bigflow.problem.Problem;
import io.bigflow.spec.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.jspecify.annotations.Nullable;

/** The parameters that the goals of this plugin have, read from the plugin's own descriptor. */
public final class KnownParameters {

  // Where a project keeps the version of this plugin, which is its own business.
  private static final String VERSION = ParameterName.PREFIX + "version";

  private static final String SKIP = ".skip";

  private final SortedMap<ParameterName, String> defaults;
  private final SortedSet<String> skips;
  private final SortedSet<String> elements;

  private KnownParameters(
      SortedMap<ParameterName, String> defaults,
      SortedSet<String> skips,
      SortedSet<String> elements) {
    this.defaults = defaults;
    this.skips = skips;
    this.elements = elements;
  }

  /** The parameters of all goals of a plugin. */
  public static KnownParameters of(PluginDescriptor plugin) {
    SortedMap<ParameterName, String> defaults = new TreeMap<>();
    SortedSet<String> skips = new TreeSet<>();
    SortedSet<String> elements = new TreeSet<>();
    for (MojoDescriptor goal : plugin.getMojos()) {
      if (goal.getGoal().equals("help")) {
        continue;
      }
      skips.add(ParameterName.PREFIX + goal.getGoal() + SKIP);
      for (Parameter parameter : goal.getParameters()) {
        PlexusConfiguration element =
            goal.getMojoConfiguration().getChild(parameter.getName(), false);
        String property =
            element == null ? "" : element.getValue("").replaceFirst("^\\$\\{(.*)}$", "$1");
        if (parameter.isEditable()) {
          elements.add(parameter.getName());
        }
        if (property.startsWith(ParameterName.PREFIX)) {
          defaults.put(
              new ParameterName(property),
              element == null ? "" : element.getAttribute("default-value", ""));
        }
      }
    }
    return new KnownParameters(defaults, skips, elements);
  }

  /** All parameters with their defaults as they are written, or "". */
  public Map<ParameterName, String> defaults() {
    return new LinkedHashMap<>(defaults);
  }

  /**
   * What is set but does not exist: a misspelled name would be passed over without a word.
   *
   * @param user what {@code -D} sets
   * @param project what the project's {@code <properties>} set
   * @param configuration the element {@code <configuration>} of the plugin, if there is one
   */
  public List<Problem> unknown(
      Properties user, Properties project, @Nullable Xpp3Dom configuration) {
    List<Problem> problems = new ArrayList<>();
    names(user).forEach(name -> check(name, "the command line, -D" + name, problems));
    names(project).stream()
        .filter(name -> !user.containsKey(name))
        .forEach(name -> check(name, "<properties> of the project or a profile", problems));
    if (configuration != null) {
      Arrays.stream(configuration.getChildren()).forEach(element -> check(element, problems));
    }
    return problems;
  }

  private static Set<String> names(Properties properties) {
    Set<String> names = new TreeSet<>(properties.stringPropertyNames());
    names.removeIf(name -> !name.startsWith(ParameterName.PREFIX) || name.equals(VERSION));
    return names;
  }

  private void check(String name, String place, List<Problem> problems) {
    Set<String> known = new TreeSet<>(skips);
    defaults.keySet().forEach(parameter -> known.add(parameter.property()));
    if (!known.contains(name)) {
      problems.add(
          Problem.of("There is no parameter '" + name + "'", place, instead(name, known))
              .see("unknown-parameter"));
    }
  }

  private void check(Xpp3Dom element, List<Problem> problems) {
    if (!elements.contains(element.getName())) {
      problems.add(
          Problem.of(
                  "There is no element <" + element.getName() + ">",
                  "<configuration> of bigflow-maven-plugin",
                  instead(element.getName(), elements))
              .see("unknown-parameter"));
    } else if (ParameterName.GROUPS.contains(element.getName())) {
      Set<String> children = new TreeSet<>();
      defaults.keySet().stream()
          .filter(parameter -> parameter.group().equals(element.getName()))
          .forEach(parameter -> children.add(parameter.child()));
      for (Xpp3Dom child : element.getChildren()) {
        if (!children.contains(child.getName())) {
          problems.add(
              Problem.of(
                      "There is no element <" + child.getName() + ">",
                      "<" + element.getName() + "> in <configuration> of bigflow-maven-plugin",
                      instead(child.getName(), children))
                  .see("unknown-parameter"));
        }
      }
    }
  }

  private static String instead(String wrong, Collection<String> known) {
    return NearestName.of(wrong, known).map(name -> "Did you mean '" + name + "'? ").orElse("")
        + "All are listed by: mvn bigflow:help -Ddetail";
  }
}
