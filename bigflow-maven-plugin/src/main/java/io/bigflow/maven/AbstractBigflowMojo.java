// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.dag.AirflowNames;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.maven.parameters.KnownParameters;
import io.bigflow.maven.parameters.ParameterName;
import io.bigflow.maven.parameters.ParameterValue;
import io.bigflow.maven.parameters.Parameters;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.jspecify.annotations.Nullable;

/** What all goals share: when they pass over a module, and how a failure becomes a message. */
abstract class AbstractBigflowMojo extends AbstractMojo {
  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  private MavenProject project;

  @Parameter(defaultValue = "${session}", readonly = true, required = true)
  private MavenSession session;

  @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
  private MojoExecution execution;

  /**
   * Passes over every goal of this plugin. One goal alone is passed over with {@code
   * bigflow.<goal>.skip}, for example {@code -Dbigflow.build-image.skip}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.skip", defaultValue = "false")
  private boolean skip;

  /**
   * The environment in which the jobs work: it chooses {@code application-<env>.properties} and is
   * part of the DAG ids. Independent of the Maven profile, which says where workflows are
   * orchestrated: {@code mvn deploy -Pprod -Dbigflow.env=dev}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.env", defaultValue = "local")
  private String env;

  /**
   * Where the build leaves what a deployment takes: {@code workflows.json}, {@code image.tar},
   * {@code image.json}, {@code dags.json} and the folder {@code dags}.
   *
   * @since 0.1.0
   */
  @Parameter(
      property = "bigflow.outputDirectory",
      defaultValue = "${project.build.directory}/bigflow")
  private File outputDirectory;

  /**
   * How a DAG id is made of the workflow's id and the environment. It never holds a version or a
   * date, because a DAG keeps its history under its id.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.dagIdPattern", defaultValue = "{workflow}__{env}")
  private String dagIdPattern;

  @Override
  public final void execute() throws MojoExecutionException, MojoFailureException {
    try {
      if (isPassedOver()) {
        return;
      }
      requireKnownParameters();
      run();
    } catch (BigflowException e) {
      // Maven would add the messages of the causes to ours; -X shows them.
      getLog().debug(e);
      throw new MojoFailureException(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("bigflow:" + goal() + " was interrupted", e);
    } catch (IOException e) {
      throw new MojoExecutionException(
          "bigflow:" + goal() + " failed on " + project.getId() + ": " + e, e);
    }
  }

  private void requireKnownParameters() {
    List<Problem> unknown =
        knownParameters()
            .unknown(
                session.getUserProperties(), project.getProperties(), pluginConfiguration(project));
    if (!unknown.isEmpty()) {
      throw BigflowException.of("What is set has no effect:", unknown);
    }
  }

  /** The parameters of all goals. */
  final KnownParameters knownParameters() {
    return KnownParameters.of(execution.getMojoDescriptor().getPluginDescriptor());
  }

  /** The element {@code <configuration>} of this plugin in a project, for all goals. */
  static @Nullable Xpp3Dom pluginConfiguration(MavenProject project) {
    Plugin plugin = project.getPlugin(BigflowLifecycleParticipant.PLUGIN);
    return plugin != null && plugin.getConfiguration() instanceof Xpp3Dom configuration
        ? configuration
        : null;
  }

  /** The goal's work. */
  abstract void run() throws IOException, InterruptedException;

  /** Whether the goal has something to do in a module of packaging {@code pom}. */
  boolean worksOnPoms() {
    return false;
  }

  private boolean isPassedOver() {
    if (project.getPackaging().equals("pom") && !worksOnPoms()) {
      getLog().debug("bigflow:" + goal() + " passes over a module of packaging pom");
      return true;
    }
    return !worksForOtherModules() && isSkipped();
  }

  /** Whether the user switched the goal, or all goals, off in this module; says so. */
  final boolean isSkipped() {
    String own = "bigflow." + goal() + ".skip";
    boolean all = flag("bigflow.skip", skip);
    if (all || property(own).map(value -> flag(own, value)).orElse(false)) {
      getLog().info("bigflow:" + goal() + " is skipped (" + (all ? "bigflow.skip" : own) + ")");
      return true;
    }
    return false;
  }

  /** Whether the goal does, in this module, what other modules wait for. */
  boolean worksForOtherModules() {
    return false;
  }

  /** The name of the goal that runs. */
  final String goal() {
    return execution.getGoal();
  }

  final MavenProject project() {
    return project;
  }

  final MavenSession session() {
    return session;
  }

  final MojoExecution execution() {
    return execution;
  }

  /** Where messages and progress go. */
  final Progress progress() {
    return MavenProgress.of(getLog(), session);
  }

  /** What lies in the output directory. */
  final BuildOutput output() {
    return new BuildOutput(directory("bigflow.outputDirectory", outputDirectory));
  }

  final Path baseDirectory() {
    return project.getBasedir().toPath();
  }

  /** The environment, checked for its form. */
  final String env() {
    return AirflowNames.requireEnvironment(value("bigflow.env", env).orElse("local"));
  }

  /** How DAG ids are made. */
  final DagIdPattern dagIds() {
    return value("bigflow.dagIdPattern", dagIdPattern)
        .map(DagIdPattern::new)
        .orElse(DagIdPattern.DEFAULT);
  }

  /**
   * The value in force of a parameter, by the rules of {@link Parameters}.
   *
   * @param name the property's name
   * @param injected what Maven injected
   */
  final Optional<String> value(String name, @Nullable String injected) {
    return new Parameters(session, project, execution.getConfiguration())
        .find(new ParameterName(name), injected)
        .map(ParameterValue::text)
        .filter(text -> !text.isEmpty());
  }

  /** The value in force of a parameter that names a directory; absolute. */
  final Path directory(String name, File injected) {
    String path = value(name, injected.getPath()).orElse(injected.getPath());
    return baseDirectory().resolve(path).toAbsolutePath().normalize();
  }

  /** The value in force of a parameter that is a positive number. */
  final int number(String name, int injected) {
    return number(name, value(name, Integer.toString(injected)).orElse(""));
  }

  /** The value of a parameter that must be a positive number. */
  static int number(String name, String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw BigflowException.of(
          Problem.of(
              "'" + text + "' is no whole number from 1 to 999999999",
              name,
              "Write digits alone, for example -D" + name + "=120"));
    }
    return Integer.parseInt(text);
  }

  /**
   * The value in force of a parameter that is true or false. What is neither is refused, while
   * Maven would take it for false.
   */
  final boolean flag(String name, boolean injected) {
    String user = session.getUserProperties().getProperty(name);
    if (user != null) {
      return flag(name, user);
    }
    // As it is written, unless Maven has to evaluate it.
    return value(name, null)
        .filter(text -> !text.contains("${"))
        .map(text -> flag(name, text))
        .orElse(injected);
  }

  // -Dname means -Dname=true, as for Maven's own parameters.
  private static boolean flag(String name, String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "", "true" -> true;
      case "false" -> false;
      default ->
          throw BigflowException.of(
              Problem.of(
                  "'" + text.strip() + "' is neither true nor false",
                  name,
                  "Write -D" + name + "=true or -D" + name + "=false"));
    };
  }

  /** A property that no parameter stands for: {@code -D}, else the project's. */
  private Optional<String> property(String name) {
    String user = session.getUserProperties().getProperty(name);
    return Optional.ofNullable(user == null ? project.getProperties().getProperty(name) : user);
  }

  /** Fails if Maven was told to stay offline. */
  final void requireOnline(String action) {
    if (session.isOffline()) {
      throw BigflowException.of(
          Problem.of(
              action + " needs the network, but Maven runs offline",
              "--offline",
              "Run without -o/--offline, or deploy into a directory:"
                  + " -Dbigflow.dagsBucket=file:local-composer"));
    }
  }
}
