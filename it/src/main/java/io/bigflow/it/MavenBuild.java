// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.maven.shared.invoker.DefaultInvocationRequest;
import org.apache.maven.shared.invoker.DefaultInvoker;
import org.apache.maven.shared.invoker.InvocationRequest;
import org.apache.maven.shared.invoker.InvocationResult;
import org.apache.maven.shared.invoker.MavenInvocationException;
import org.jspecify.annotations.Nullable;

/**
 * One run of Maven on a project, against a local repository of its own that holds the BigFlow under
 * test. What that repository lacks comes from the user's local repository, else from Maven Central.
 */
public final class MavenBuild {
  private static final int TIMEOUT_SECONDS = 900;
  private static final String LAYERS = "jib.applicationCache";

  private final Path directory;
  private final List<String> arguments = new ArrayList<>();
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Path home = Path.of(setting("it.mavenHome"));
  private Consumer<String> echo = line -> {};
  private @Nullable String settingsExtra;
  private @Nullable String answers;

  private MavenBuild(Path directory) {
    this.directory = directory;
    // Layers of the same jars are compressed once for all builds, which is most of the time that
    // the first image of a project takes.
    properties.setProperty(LAYERS, work().resolve("layers").toString());
  }

  /** A run in a project's directory. */
  public static MavenBuild in(Path directory) {
    return new MavenBuild(directory);
  }

  /** The version of BigFlow under test. */
  public static String version() {
    return setting("it.version");
  }

  /** The Mavens that users may have: version and home, oldest first. */
  static Map<String, Path> mavens() {
    Map<String, Path> homes = new LinkedHashMap<>();
    Path parent = Path.of(setting("it.mavens"));
    for (String version : setting("it.mavenVersions").split(",", -1)) {
      homes.put(version, parent.resolve("maven-" + version).resolve("apache-maven-" + version));
    }
    return homes;
  }

  /** Where builds under test may work. */
  public static Path work() {
    return Path.of(setting("it.work"));
  }

  /** Sets {@code -Dname=value}. */
  public MavenBuild with(String name, String value) {
    properties.setProperty(name, value);
    return this;
  }

  /** Adds options such as {@code -o} or {@code -Pprod}. */
  public MavenBuild options(String... more) {
    arguments.addAll(Arrays.asList(more));
    return this;
  }

  /** Makes every layer of an image anew, as the first build on a machine does. */
  public MavenBuild layersAnew() {
    properties.remove(LAYERS);
    return this;
  }

  /** Sets an environment variable. */
  public MavenBuild environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Uses another Maven. */
  public MavenBuild maven(Path mavenHome) {
    this.home = mavenHome;
    return this;
  }

  /** Adds elements such as {@code <servers>} to the settings. */
  public MavenBuild settings(String xml) {
    this.settingsExtra = xml;
    return this;
  }

  /**
   * Lets Maven ask, and types one line per question; an empty one takes the default. A question
   * that has no line left fails the build.
   */
  public MavenBuild answers(String... lines) {
    this.answers = String.join("\n", lines) + "\n";
    return this;
  }

  /** Shows each line of output as it comes. */
  public MavenBuild echo(Consumer<String> lines) {
    this.echo = lines;
    return this;
  }

  /** Runs goals and phases. */
  public MavenResult run(String... goals) {
    List<String> lines = new ArrayList<>();
    DefaultInvocationRequest request = new DefaultInvocationRequest();
    request.setBaseDirectory(directory.toFile());
    List<String> words = new ArrayList<>(arguments);
    words.addAll(Arrays.asList(goals));
    request.addArgs(words);
    request.setProperties(properties);
    request.setBatchMode(answers == null);
    if (answers != null) {
      request.setInputStream(new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)));
    }
    request.setMavenHome(home.toFile());
    request.setJavaHome(new File(System.getProperty("java.home")));
    request.setTimeoutInSeconds(TIMEOUT_SECONDS);
    request.setLocalRepositoryDirectory(repository().toFile());
    request.setUserSettingsFile(writeSettings().toFile());
    request.setShellEnvironmentInherited(true);
    // The options of the Maven that runs the tests are not those of the build under test. These
    // halve the processor time of such short runs.
    request.addShellEnvironment("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    request.addShellEnvironment("MAVEN_ARGS", "");
    request.addShellEnvironment("MAVEN_PROJECTBASEDIR", directory.toString());
    environment.forEach(request::addShellEnvironment);
    return invoke(request, lines);
  }

  private MavenResult invoke(InvocationRequest request, List<String> lines) {
    request.setOutputHandler(line -> take(line, lines));
    request.setErrorHandler(line -> take(line, lines));
    try {
      InvocationResult result = new DefaultInvoker().execute(request);
      return new MavenResult(result.getExitCode(), List.copyOf(lines));
    } catch (MavenInvocationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void take(String line, List<String> lines) {
    synchronized (lines) {
      lines.add(line);
    }
    echo.accept(line);
  }

  private static Path repository() {
    return Path.of(setting("it.repository")).toAbsolutePath();
  }

  private Path writeSettings() {
    String below = Path.of(setting("it.repositoryBelow")).toUri().toString();
    String repository =
        """
        <id>below</id>
        <url>%s</url>
        <releases><enabled>true</enabled><checksumPolicy>ignore</checksumPolicy></releases>
        <snapshots><enabled>false</enabled></snapshots>
        """
            .formatted(below);
    String text =
        """
        <settings>
          %s
          <profiles><profile><id>below</id>
            <repositories><repository>%s</repository></repositories>
            <pluginRepositories><pluginRepository>%s</pluginRepository></pluginRepositories>
          </profile></profiles>
          <activeProfiles><activeProfile>below</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(settingsExtra == null ? "" : settingsExtra, repository, repository);
    try {
      Files.createDirectories(work());
      Path file = Files.createTempFile(work(), "settings-", ".xml");
      Files.writeString(file, text);
      if (settingsExtra != null) {
        return file;
      }
      // A known name, because .ci/journey.sh goes on with the same settings. Moved there whole,
      // because the Maven of another test may read the file at the same moment.
      return Files.move(file, work().resolve("settings.xml"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static String setting(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("The system property " + name + " is not set; run by Maven");
    }
    return value;
  }
}
