// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

import io.bigflow.maven.parameters.ParameterValue.Kind;
import io.bigflow.maven.parameters.ParameterValue.Origin;
import java.util.Optional;
import java.util.Properties;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Profile;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one project in one build. The first of these that names a parameter wins:
 *
 * <ol>
 *   <li>the command line, {@code -Dbigflow.env=dev}. Maven itself would prefer what is written in
 *       {@code <configuration>}; but a CI server changes a build from outside;
 *   <li>{@code <configuration>} of the plugin, nested ({@code <image><repository>}) or flat;
 *   <li>a system property of Maven's JVM;
 *   <li>{@code <properties>}: of a profile in settings.xml or the project, then the project's own,
 *       then its parents';
 *   <li>a variable of the operating system, {@code BIGFLOW_IMAGE_REPOSITORY};
 *   <li>the default.
 * </ol>
 *
 * <p>An empty value counts as none, but stops the search: {@code -Dbigflow.workflows=} takes back
 * what a profile says.
 */
public final class Parameters {
  private final MavenSession session;
  private final MavenProject project;
  private final @Nullable Xpp3Dom configuration;

  /**
   * The parameters of a project.
   *
   * @param configuration the element {@code <configuration>}, if there is one
   */
  public Parameters(MavenSession session, MavenProject project, @Nullable Xpp3Dom configuration) {
    this.session = session;
    this.project = project;
    this.configuration = configuration;
  }

  /**
   * The value in force.
   *
   * @param injected what Maven injected into the goal, which has expressions in {@code
   *     <configuration>} evaluated; null = nothing, or not known
   */
  public Optional<ParameterValue> find(ParameterName name, @Nullable String injected) {
    String user = session.getUserProperties().getProperty(name.property());
    if (user != null) {
      return value(user, Kind.COMMAND_LINE, "command line, -D" + name.property());
    }
    Optional<ParameterValue> configured = configured(name, injected);
    if (configured.isPresent()) {
      return configured;
    }
    String system = session.getSystemProperties().getProperty(name.property());
    if (system != null) {
      return value(system, Kind.SYSTEM_PROPERTY, "system property of Maven's JVM");
    }
    String property = project.getProperties().getProperty(name.property());
    if (property != null) {
      return value(property, Kind.PROPERTY, placeOfProperty(name.property()));
    }
    // Maven keeps the variables of the operating system there.
    String variable = session.getSystemProperties().getProperty("env." + name.variable());
    if (variable != null && !variable.isBlank()) {
      return value(variable, Kind.VARIABLE, "variable " + name.variable());
    }
    return injected == null ? Optional.empty() : value(injected, Kind.DEFAULT, "default");
  }

  private Optional<ParameterValue> configured(ParameterName name, @Nullable String injected) {
    if (configuration == null) {
      return Optional.empty();
    }
    Xpp3Dom group = name.group().isEmpty() ? null : configuration.getChild(name.group());
    Xpp3Dom nested = group == null ? null : group.getChild(name.child());
    if (nested != null && nested.getValue() != null) {
      return value(
          nested.getValue(),
          Kind.CONFIGURATION,
          "<" + name.group() + "><" + name.child() + "> in <configuration>");
    }
    Xpp3Dom flat = configuration.getChild(name.element());
    // Maven writes the property's expression there if the user wrote nothing.
    if (flat == null
        || flat.getValue() == null
        || flat.getValue().equals("${" + name.property() + "}")) {
      return Optional.empty();
    }
    return value(
        injected == null ? flat.getValue() : injected,
        Kind.CONFIGURATION,
        "<" + name.element() + "> in <configuration>");
  }

  private String placeOfProperty(String property) {
    // The last one that sets it wins, and Maven lists them in that order.
    String place = "";
    for (Profile profile : project.getActiveProfiles()) {
      if (profile.getProperties().containsKey(property)) {
        place =
            "profile '"
                + profile.getId()
                + "' of "
                + (Profile.SOURCE_POM.equals(profile.getSource()) ? "pom.xml" : "settings.xml");
      }
    }
    if (!place.isEmpty()) {
      return place;
    }
    boolean own =
        project.getOriginalModel() != null
            && containsKey(project.getOriginalModel().getProperties(), property);
    return "<properties> of " + (own ? "pom.xml" : "a parent");
  }

  private static boolean containsKey(@Nullable Properties properties, String key) {
    return properties != null && properties.containsKey(key);
  }

  private static Optional<ParameterValue> value(String text, Kind kind, String place) {
    return Optional.of(new ParameterValue(text.strip(), new Origin(kind, place)));
  }
}
