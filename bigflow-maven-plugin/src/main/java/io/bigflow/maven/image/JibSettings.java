// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import io.bigflow.image.BaseImage;
import io.bigflow.image.LoginSource;
import io.bigflow.image.RegistryHost;
import io.bigflow.image.jib.JibNames;
import io.bigflow.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginContainer;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.jspecify.annotations.Nullable;

/**
 * The user's settings for Jib: the {@code <configuration>} of jib-maven-plugin and the properties
 * {@code jib.*}, which Jib prefers to the configuration.
 *
 * <p>Whatever shapes the content of the image is the user's. What decides where the image goes, how
 * it starts, and whether it can be built again is BigFlow's, and settings that say otherwise are
 * refused, because they would make DAG files that start something else.
 */
final class JibSettings {

  static final String GROUP = "com.google.cloud.tools";
  static final String ARTIFACT = "jib-maven-plugin";
  static final String MAIN_CLASS = "io.bigflow.launch.Launcher";

  private final Xpp3Dom configuration;
  private final List<Properties> properties;

  /**
   * The settings of a project.
   *
   * @param configuration the plugin's configuration, if the project has one
   * @param properties where Jib looks for its properties, the strongest first: the command line,
   *     the project, the system
   */
  JibSettings(@Nullable Xpp3Dom configuration, List<Properties> properties) {
    this.configuration =
        configuration == null ? new Xpp3Dom("configuration") : new Xpp3Dom(configuration);
    this.properties = List.copyOf(properties);
  }

  /** The settings of a project: {@code build/plugins}, else {@code pluginManagement}. */
  static JibSettings of(MavenProject project, MavenSession session) {
    return new JibSettings(
        plugin(project).map(plugin -> (Xpp3Dom) plugin.getConfiguration()).orElse(null),
        List.of(
            session.getUserProperties(), project.getProperties(), session.getSystemProperties()));
  }

  /** The jib-maven-plugin of a project. */
  static Optional<Plugin> plugin(MavenProject project) {
    return find(project.getBuild()).or(() -> find(project.getPluginManagement()));
  }

  private static Optional<Plugin> find(@Nullable PluginContainer container) {
    return container == null
        ? Optional.empty()
        : container.getPlugins().stream()
            .filter(plugin -> GROUP.equals(plugin.getGroupId()))
            .filter(plugin -> ARTIFACT.equals(plugin.getArtifactId()))
            .findFirst();
  }

  /** Whether the user trusts registries without HTTPS. */
  boolean allowInsecureRegistries() {
    return property("jib.allowInsecureRegistries")
        .or(() -> value(configuration, "allowInsecureRegistries"))
        .map(Boolean::parseBoolean)
        .orElse(false);
  }

  /** The base image that the user chose in Jib's own way. */
  Optional<String> baseImage() {
    return property("jib.from.image").or(() -> element("from", "image"));
  }

  /** Everything that must not be set. */
  List<Problem> problems(String repository, boolean baseChosen) {
    List<Problem> problems = new ArrayList<>();
    target(problems, repository);
    if (baseChosen) {
      refuseProperty(
          problems,
          "jib.from.image",
          "it competes with " + BaseImage.PARAMETER,
          "Set only one of the two");
    }
    start(problems);
    reproducibility(problems);
    platforms(problems);
    for (String output : List.of("tar", "digest", "imageId", "imageJson")) {
      refuse(
          problems,
          "jib.outputPaths." + output,
          "BigFlow decides where the build's results lie: target/bigflow",
          "Remove the setting");
    }
    String skipFix = "Remove the setting, and skip the image with -Dbigflow.build-image.skip";
    for (Setting setting : find("jib.skip")) {
      if (Boolean.parseBoolean(setting.value())) {
        problems.add(setting.problem("the image would not be built", skipFix));
      }
    }
    refuseProperty(
        problems, "jib.containerize", "the image might not be built", "Remove the property");
    return problems;
  }

  private void target(List<Problem> problems, String repository) {
    String fix =
        "Remove the setting, and name the repository with bigflow.image.repository (now '"
            + repository
            + "')";
    Xpp3Dom to = configuration.getChild("to");
    String shorthand = to == null || to.getChildCount() > 0 ? null : to.getValue();
    Optional.ofNullable(shorthand)
        .or(() -> element("to", "image"))
        .filter(image -> !JibNames.sameRepository(image, repository))
        .ifPresent(
            image ->
                problems.add(
                    new Setting("<to><image>", image)
                        .problem("it names another image than BigFlow's", fix)));
    refuseProperty(problems, "jib.to.image", "it would redirect the image", fix);
    refuseProperty(
        problems,
        "image",
        "Jib takes this property for the name of the image, which would redirect it",
        "Give the property another name. The repository is set with bigflow.image.repository");
    refuse(
        problems,
        "jib.to.tags",
        "the image has one tag, which follows from the version and the commit",
        "Remove the setting");
  }

  private void start(List<Problem> problems) {
    refuse(
        problems,
        "jib.container.entrypoint",
        "BigFlow's tasks start " + MAIN_CLASS,
        "Remove the setting; options of the JVM belong into <container><jvmFlags>");
    refuse(
        problems,
        "jib.container.args",
        "the DAG files give the arguments",
        "Remove the setting; a job's parameters belong into its configuration");
    for (Setting setting : find("jib.container.mainClass")) {
      if (!setting.value().equals(MAIN_CLASS)) {
        problems.add(setting.problem("BigFlow's tasks start " + MAIN_CLASS, "Remove the setting"));
      }
    }
  }

  private void reproducibility(List<Problem> problems) {
    for (Setting setting : find("jib.container.format")) {
      if (!setting.value().equalsIgnoreCase("Docker")) {
        problems.add(
            setting.problem(
                "an archive in this format cannot be pushed as it is",
                "Remove the setting; every registry and Kubernetes accept the format Docker"));
      }
    }
    for (Setting setting : find("jib.container.creationTime")) {
      if (setting.value().equals("USE_CURRENT_TIMESTAMP")) {
        problems.add(
            setting.problem(
                "every build would give another image, and so another version of every DAG",
                "Remove the setting, or write EPOCH or a fixed time"));
      }
    }
  }

  private void platforms(List<Problem> problems) {
    String fix = "Name one platform, the one that the Composer cluster's nodes have";
    property("jib.from.platforms")
        .filter(value -> value.contains(","))
        .ifPresent(
            value ->
                problems.add(
                    new Setting("-Djib.from.platforms", value)
                        .problem("an archive holds one platform", fix)));
    Xpp3Dom from = configuration.getChild("from");
    Xpp3Dom platforms = from == null ? null : from.getChild("platforms");
    if (platforms != null && platforms.getChildCount() > 1) {
      problems.add(
          new Setting("<from><platforms>", platforms.getChildCount() + " platforms")
              .problem("an archive holds one platform", fix));
    }
  }

  /**
   * The configuration that Jib is run with: the user's, except for what is BigFlow's.
   *
   * @param image the name of the image
   * @param base the base as Jib writes it, or empty for the user's own
   * @param architecture of the base, if it has to be named
   * @param outputs where Jib writes its results
   */
  Xpp3Dom merged(
      String image, Optional<String> base, Optional<String> architecture, Outputs outputs) {
    Xpp3Dom merged = new Xpp3Dom(configuration);
    Xpp3Dom to = child(merged, "to");
    to.setValue(null);
    remove(to, "tags");
    set(to, "image", image);
    base.ifPresent(reference -> replaceBase(merged, reference));
    architecture.ifPresent(name -> setPlatform(child(merged, "from"), name));
    Xpp3Dom container = child(merged, "container");
    set(container, "mainClass", MAIN_CLASS);
    set(container, "format", "Docker");
    if (container.getChild("creationTime") == null) {
      set(container, "creationTime", "EPOCH");
    }
    String registry = base.or(this::baseImage).orElse("");
    if (RegistryHost.isLoopback(new BaseImage.Registry(registry).host())) {
      set(merged, "allowInsecureRegistries", "true");
    }
    Xpp3Dom paths = child(merged, "outputPaths");
    set(paths, "tar", outputs.tar().toString());
    set(paths, "digest", outputs.digest().toString());
    set(paths, "imageId", outputs.id().toString());
    set(paths, "imageJson", outputs.json().toString());
    return merged;
  }

  /**
   * The files that Jib writes.
   *
   * @param tar the archive
   * @param digest the digest of the manifest
   * @param id the digest of the configuration
   * @param json both, and the image's name
   */
  record Outputs(Path tar, Path digest, Path id, Path json) {
    List<Path> all() {
      return List.of(tar, digest, id, json);
    }
  }

  /**
   * What Google's launcher needs to know in an image that Dataflow starts for Flex templates
   * (https://cloud.google.com/dataflow/docs/guides/templates/configuring-flex-templates): what to
   * start, and where its classes are. They are where Jib puts them
   * (https://github.com/GoogleContainerTools/jib/blob/master/docs/faq.md).
   */
  Map<String, String> templateLauncher() {
    String root = setting("jib.container.appRoot").orElse("/app").replaceFirst("/+$", "");
    boolean isPackaged =
        setting("jib.containerizingMode").filter("packaged"::equalsIgnoreCase).isPresent();
    List<String> classPath = new ArrayList<>();
    setting("jib.container.extraClasspath")
        .ifPresent(extra -> classPath.addAll(List.of(extra.split("[,\\s]+", -1))));
    classPath.addAll(
        isPackaged
            ? List.of(root + "/classpath/*", root + "/libs/*")
            : List.of(root + "/resources", root + "/classes", root + "/libs/*"));
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("FLEX_TEMPLATE_JAVA_MAIN_CLASS", MAIN_CLASS);
    variables.put("FLEX_TEMPLATE_JAVA_CLASSPATH", String.join(":", classPath));
    return variables;
  }

  private Optional<String> setting(String property) {
    List<Setting> found = find(property);
    // The property, which Jib prefers, is the last.
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(found.get(found.size() - 1).value()).filter(value -> !value.isBlank());
  }

  /** Adds variables of a container to a configuration, for those that it does not have itself. */
  static void addEnvironment(Xpp3Dom merged, Map<String, String> variables) {
    Xpp3Dom environment = child(child(merged, "container"), "environment");
    variables.forEach(
        (name, value) -> {
          if (environment.getChild(name) == null) {
            set(environment, name, value);
          }
        });
  }

  private static void replaceBase(Xpp3Dom merged, String reference) {
    Xpp3Dom from = child(merged, "from");
    Xpp3Dom image = from.getChild("image");
    if (image != null
        && image.getValue() != null
        && !new BaseImage.Registry(image.getValue().strip())
            .host()
            .equals(new BaseImage.Registry(reference).host())) {
      // Credentials for one registry are never shown to another one.
      remove(from, "auth");
      remove(from, "credHelper");
    }
    set(from, "image", reference);
  }

  private static void setPlatform(Xpp3Dom from, String architecture) {
    remove(from, "platforms");
    Xpp3Dom platform = child(child(from, "platforms"), "platform");
    set(platform, "architecture", architecture);
    set(platform, "os", "linux");
  }

  // ---- looking and changing

  /** A setting that the user made, in the way the user wrote it. */
  private record Setting(String name, String value) {
    Problem problem(String why, String fix) {
      String shown = value.isEmpty() ? "" : " = '" + value + "'";
      return Problem.of(
          "The Jib setting " + name + shown + " cannot be used: " + why,
          name.startsWith("<")
              ? "the <configuration> of jib-maven-plugin"
              : "the command line, or the <properties> of the project or a profile",
          fix);
    }
  }

  private void refuse(List<Problem> problems, String property, String why, String fix) {
    find(property).forEach(setting -> problems.add(setting.problem(why, fix)));
  }

  private void refuseProperty(List<Problem> problems, String property, String why, String fix) {
    property(property)
        .ifPresent(value -> problems.add(new Setting("-D" + property, value).problem(why, fix)));
  }

  /** A setting by its property's name, which spells the path of its element. */
  private List<Setting> find(String property) {
    List<Setting> found = new ArrayList<>();
    String[] path = property.substring("jib.".length()).split("\\.", -1);
    Xpp3Dom element = configuration;
    StringBuilder name = new StringBuilder();
    for (String step : path) {
      element = element == null ? null : element.getChild(step);
      name.append('<').append(step).append('>');
    }
    if (element != null) {
      found.add(new Setting(name.toString(), text(element)));
    }
    property(property).ifPresent(value -> found.add(new Setting("-D" + property, value)));
    return found;
  }

  private static String text(Xpp3Dom element) {
    if (element.getChildCount() == 0) {
      return element.getValue() == null ? "" : element.getValue().strip();
    }
    List<String> parts = new ArrayList<>();
    for (Xpp3Dom child : element.getChildren()) {
      parts.add(text(child));
    }
    return String.join(" ", parts);
  }

  private Optional<String> property(String name) {
    return properties.stream()
        .filter(source -> source.containsKey(name))
        .findFirst()
        .map(source -> source.getProperty(name, ""));
  }

  private Optional<String> element(String parent, String name) {
    Xpp3Dom element = configuration.getChild(parent);
    Xpp3Dom child = element == null ? null : element.getChild(name);
    return Optional.ofNullable(child == null ? null : child.getValue())
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /** Credentials that the configuration gives for the registry the image goes to. */
  Optional<LoginSource.Login> targetLogin() {
    Xpp3Dom to = configuration.getChild("to");
    Xpp3Dom auth = to == null ? null : to.getChild("auth");
    Optional<String> user = property("jib.to.auth.username").or(() -> value(auth, "username"));
    Optional<String> password = property("jib.to.auth.password").or(() -> value(auth, "password"));
    return user.isPresent() && password.isPresent()
        ? Optional.of(new LoginSource.Login(user.get(), password.get()))
        : Optional.empty();
  }

  /** The credential helper that the configuration names for the registry the image goes to. */
  Optional<String> targetCredentialHelper() {
    Xpp3Dom to = configuration.getChild("to");
    return property("jib.to.credHelper")
        .or(() -> value(to, "credHelper"))
        .or(() -> value(to == null ? null : to.getChild("credHelper"), "helper"));
  }

  private static Optional<String> value(@Nullable Xpp3Dom parent, String name) {
    Xpp3Dom child = parent == null ? null : parent.getChild(name);
    return Optional.ofNullable(child == null ? null : child.getValue())
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Xpp3Dom child(Xpp3Dom parent, String name) {
    Xpp3Dom child = parent.getChild(name);
    if (child == null) {
      child = new Xpp3Dom(name);
      parent.addChild(child);
    }
    return child;
  }

  private static void set(Xpp3Dom parent, String name, String value) {
    remove(parent, name);
    child(parent, name).setValue(value);
  }

  private static void remove(Xpp3Dom parent, String name) {
    for (int i = parent.getChildCount() - 1; i >= 0; i--) {
      if (parent.getChild(i).getName().equals(name)) {
        parent.removeChild(i);
      }
    }
  }

  /** A single platform that differs from a base that can have only one. */
  Optional<Problem> platformOtherThan(String architecture) {
    Optional<String> wanted =
        property("jib.from.platforms")
            .or(
                () -> {
                  Xpp3Dom from = configuration.getChild("from");
                  Xpp3Dom platforms = from == null ? null : from.getChild("platforms");
                  return platforms == null || platforms.getChildCount() != 1
                      ? Optional.empty()
                      : value(platforms.getChild(0), "architecture");
                })
            .map(platform -> platform.replaceFirst("^.*/", "").toLowerCase(Locale.ROOT));
    return wanted
        .filter(name -> !name.equals(architecture))
        .map(
            name ->
                new Setting("<from><platforms>", name)
                    .problem(
                        "a base made from the JDK of this machine runs on " + architecture,
                        "Remove the setting, or choose a base for "
                            + name
                            + " with "
                            + BaseImage.PARAMETER));
  }
}
