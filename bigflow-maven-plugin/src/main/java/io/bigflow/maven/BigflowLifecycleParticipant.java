// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.maven.AbstractMavenLifecycleParticipant;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;

/**
 * Makes {@code <extensions>true</extensions>} all that a project needs: binds the goals to their
 * default phases, and switches the standard deploy plugin off where there is nothing for it to
 * deploy to.
 */
public final class BigflowLifecycleParticipant extends AbstractMavenLifecycleParticipant {
  static final String PLUGIN = "io.bigflow:bigflow-maven-plugin";

  // In the order in which they run within a phase.
  private static final List<String> BUILD =
      List.of("describe", "build-image", "stage-templates", "build-dags");

  // What the goal deploy does in one.
  private static final List<String> DEPLOY = List.of("deploy-image", "deploy-dags");

  private static final List<String> GOALS = Stream.concat(BUILD.stream(), DEPLOY.stream()).toList();

  // How the command line names a target of the standard deploy plugin.
  private static final List<String> TARGETS =
      List.of(
          "altDeploymentRepository",
          "altReleaseDeploymentRepository",
          "altSnapshotDeploymentRepository");

  @Override
  public void afterProjectsRead(MavenSession session) {
    List<MavenProject> projects = session.getProjects();
    boolean isUsed = false;
    for (MavenProject project : projects) {
      Plugin plugin = project.getPlugin(PLUGIN);
      if (plugin != null && plugin.isExtensions() && !project.getPackaging().equals("pom")) {
        bind(plugin, GOALS);
        isUsed = true;
      }
    }
    if (isUsed) {
      // In modules without workflows too: the parent would fail before any of the others deploys.
      projects.forEach(project -> switchStandardDeployOff(session, project));
      deployAtTheEnd(projects);
    }
  }

  /** Whether a project names this plugin; not so if it only got it to deploy at the end. */
  static boolean isDeclared(MavenProject project) {
    Plugin plugin = project.getPlugin(PLUGIN);
    return plugin != null
        && !(plugin.getExecutions().size() == 1
            && plugin.getExecutions().get(0).getGoals().contains(DeployAtEndMojo.GOAL));
  }

  private static void bind(Plugin plugin, List<String> goals) {
    List<String> missing = new ArrayList<>(goals);
    for (PluginExecution execution : plugin.getExecutions()) {
      missing.removeAll(execution.getGoals());
      if (execution.getGoals().contains("deploy")) {
        missing.removeAll(DEPLOY);
      }
    }
    for (String goal : missing) {
      PluginExecution execution = new PluginExecution();
      execution.setId("bigflow-" + goal);
      execution.addGoal(goal);
      // The plugin's own configuration is inherited by executions only while the model is built.
      if (plugin.getConfiguration() instanceof Xpp3Dom configuration) {
        execution.setConfiguration(new Xpp3Dom(configuration));
      }
      plugin.addExecution(execution);
    }
    plugin.flushExecutionMap();
  }

  private static void switchStandardDeployOff(MavenSession session, MavenProject project) {
    Properties properties = project.getProperties();
    Properties user = session.getUserProperties();
    boolean decided =
        properties.containsKey("maven.deploy.skip") || user.containsKey("maven.deploy.skip");
    boolean hasTarget =
        project.getDistributionManagement() != null
            || TARGETS.stream()
                .anyMatch(target -> user.containsKey(target) || properties.containsKey(target));
    if (!decided && !hasTarget) {
      properties.setProperty("maven.deploy.skip", "true");
    }
  }

  // A reactor of several modules deploys once, when all of them are built: in its last module,
  // whatever that one is.
  private static void deployAtTheEnd(List<MavenProject> projects) {
    if (projects.size() < 2) {
      return;
    }
    Plugin source = null;
    for (MavenProject project : projects) {
      Plugin plugin = project.getPlugin(PLUGIN);
      if (plugin != null && plugin.isExtensions()) {
        source = plugin;
      }
    }
    if (source == null) {
      return;
    }
    MavenProject last = projects.get(projects.size() - 1);
    Plugin plugin = last.getPlugin(PLUGIN);
    if (plugin == null) {
      plugin = new Plugin();
      plugin.setGroupId(source.getGroupId());
      plugin.setArtifactId(source.getArtifactId());
      plugin.setVersion(source.getVersion());
      // So that Maven takes the classes that it has loaded for the other modules.
      plugin.setExtensions(true);
      last.getBuild().addPlugin(plugin);
      last.getBuild().flushPluginMap();
    }
    bind(plugin, List.of(DeployAtEndMojo.GOAL));
  }
}
