// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.maven.api.di.Provides;
import org.apache.maven.api.plugin.testing.InjectMojo;
import org.apache.maven.api.plugin.testing.MojoExtension;
import org.apache.maven.api.plugin.testing.MojoTest;
import org.apache.maven.execution.DefaultMavenExecutionRequest;
import org.apache.maven.execution.DefaultMavenExecutionResult;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Build;
import org.apache.maven.model.Model;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.Log;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.codehaus.plexus.util.xml.pull.XmlPullParserException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * All goals, made and configured as Maven does it, for a project in an empty directory. A new goal
 * is added as a parameter of {@link #inject}; the tests then cover it.
 */
@MojoTest
abstract class AllGoals {
  static final String HOME = "/home/somebody";

  private final RecordingLog log = new RecordingLog();
  private final MojoExecution execution =
      new MojoExecution(new Plugin(), "set-before-it-runs", "default-cli");
  private List<AbstractBigflowMojo> goals = List.of();

  @TempDir Path directory;

  /** What {@code -D} sets. */
  Properties userProperties() {
    return new Properties();
  }

  /** What {@code <properties>} of the project or of a profile sets. */
  Properties projectProperties() {
    return new Properties();
  }

  @Provides
  MavenSession session() {
    Properties system = new Properties();
    system.setProperty("user.home", HOME);
    DefaultMavenExecutionRequest request = new DefaultMavenExecutionRequest();
    request.setUserProperties(userProperties());
    request.setSystemProperties(system);
    @SuppressWarnings("deprecation") // the one public way to make a session
    MavenSession session =
        new MavenSession(
            null, new DefaultRepositorySystemSession(), request, new DefaultMavenExecutionResult());
    session.setProjects(List.of(project()));
    return session;
  }

  @Provides
  MojoExecution execution() {
    return execution;
  }

  @Provides
  Log log() {
    return log;
  }

  @BeforeEach
  final void inject(
      @InjectMojo(goal = "describe") DescribeMojo describe,
      @InjectMojo(goal = "build-image") BuildImageMojo buildImage,
      @InjectMojo(goal = "stage-templates") StageTemplatesMojo stageTemplates,
      @InjectMojo(goal = "build-dags") BuildDagsMojo buildDags,
      @InjectMojo(goal = "deploy-image") DeployImageMojo deployImage,
      @InjectMojo(goal = "deploy-dags") DeployDagsMojo deployDags,
      @InjectMojo(goal = "deploy") DeployMojo deploy,
      @InjectMojo(goal = "deploy-at-end") DeployAtEndMojo deployAtEnd,
      @InjectMojo(goal = "plan") PlanMojo plan,
      @InjectMojo(goal = "history") HistoryMojo history,
      @InjectMojo(goal = "rollback") RollbackMojo rollback,
      @InjectMojo(goal = "undeploy") UndeployMojo undeploy,
      @InjectMojo(goal = "doctor") DoctorMojo doctor,
      @InjectMojo(goal = "config") ConfigMojo config,
      @InjectMojo(goal = "trigger") TriggerMojo trigger,
      @InjectMojo(goal = "status") StatusMojo status,
      @InjectMojo(goal = "logs") LogsMojo logs,
      @InjectMojo(goal = "pause") PauseMojo pause,
      @InjectMojo(goal = "unpause") UnpauseMojo unpause,
      @InjectMojo(goal = "run") RunMojo run)
      throws IOException, XmlPullParserException {
    execution.setConfiguration(configuration());
    goals =
        List.of(
            describe,
            buildImage,
            stageTemplates,
            buildDags,
            deployImage,
            deployDags,
            deploy,
            deployAtEnd,
            plan,
            history,
            rollback,
            undeploy,
            doctor,
            config,
            trigger,
            status,
            logs,
            pause,
            unpause,
            run);
  }

  /** The element {@code <configuration>}: Maven gives it to the execution, the harness does not. */
  @Nullable Xpp3Dom configuration() throws IOException, XmlPullParserException {
    Path pom = Path.of(MojoExtension.getBasedir(), "pom.xml");
    try (Reader reader = Files.newBufferedReader(pom)) {
      return new MavenXpp3Reader()
          .read(reader).getBuild().getPlugins().stream()
              .filter(plugin -> plugin.getArtifactId().equals("bigflow-maven-plugin"))
              .map(plugin -> (Xpp3Dom) plugin.getConfiguration())
              .findFirst()
              .orElse(null);
    }
  }

  /** All goals. */
  final List<AbstractBigflowMojo> goals() {
    return goals;
  }

  /** The goals of a kind. */
  final <T extends AbstractBigflowMojo> List<T> goals(Class<T> kind) {
    return goals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The one goal of a class. */
  final <T extends AbstractBigflowMojo> T goal(Class<T> type) {
    return goals(type).get(0);
  }

  /** Runs a goal and returns what it told at level INFO. */
  final List<String> execute(AbstractBigflowMojo goal)
      throws MojoExecutionException, MojoFailureException {
    log.lines().clear();
    execution.setMojoDescriptor(Descriptor.of(goal));
    goal.execute();
    return List.copyOf(log.lines());
  }

  private MavenProject project() {
    Model model = new Model();
    model.setGroupId("com.example");
    model.setArtifactId("jobs");
    model.setVersion("1.0.0");
    model.setPackaging("jar");
    model.setProperties(projectProperties());
    model.setBuild(new Build());
    model.getBuild().setDirectory(directory.resolve("target").toString());
    model.getBuild().setOutputDirectory(directory.resolve("target/classes").toString());
    MavenProject project = new MavenProject(model);
    project.setFile(new File(directory.toFile(), "pom.xml"));
    return project;
  }
}
