// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.apache.maven.execution.DefaultMavenExecutionRequest;
import org.apache.maven.execution.DefaultMavenExecutionResult;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Build;
import org.apache.maven.model.DeploymentRepository;
import org.apache.maven.model.DistributionManagement;
import org.apache.maven.model.Model;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.project.MavenProject;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.junit.jupiter.api.Test;

final class BigflowLifecycleParticipantTest {
  private final Properties user = new Properties();

  @Test
  void anExtensionNeedsNoExecutions() {
    MavenProject project = project("a", "jar", extension());
    read(project);
    assertThat(goals(project))
        .containsExactly(
            "describe",
            "build-image",
            "stage-templates",
            "build-dags",
            "deploy-image",
            "deploy-dags");
    assertThat(project.getProperties()).containsEntry("maven.deploy.skip", "true");
  }

  @Test
  void nothingIsBoundTwice() {
    Plugin plugin = extension();
    PluginExecution own = new PluginExecution();
    own.setId("mine");
    own.setPhase("verify");
    own.setGoals(List.of("build-dags", "deploy-dags"));
    plugin.addExecution(own);
    MavenProject project = project("a", "jar", plugin);
    read(project);
    read(project);
    assertThat(goals(project))
        .containsExactlyInAnyOrder(
            "build-dags",
            "deploy-dags",
            "describe",
            "build-image",
            "stage-templates",
            "deploy-image");
  }

  @Test
  void aPluginThatIsNoExtensionAndAPomModuleAreLeftAlone() {
    Plugin plain = extension();
    plain.setExtensions(false);
    MavenProject project = project("a", "jar", plain);
    MavenProject pom = project("b", "pom", extension());
    read(project);
    read(pom);
    assertThat(goals(project)).isEmpty();
    assertThat(goals(pom)).isEmpty();
    assertThat(project.getProperties()).isEmpty();
  }

  @Test
  void theStandardDeployPluginStaysOnWhereItHasATarget() {
    MavenProject withTarget = project("a", "jar", extension());
    DistributionManagement target = new DistributionManagement();
    target.setRepository(new DeploymentRepository());
    withTarget.getModel().setDistributionManagement(target);
    read(withTarget);
    assertThat(withTarget.getProperties()).doesNotContainKey("maven.deploy.skip");

    MavenProject decided = project("b", "jar", extension());
    decided.getProperties().setProperty("maven.deploy.skip", "false");
    read(decided);
    assertThat(decided.getProperties()).containsEntry("maven.deploy.skip", "false");

    user.setProperty("altDeploymentRepository", "x::file:/y");
    MavenProject elsewhere = project("c", "jar", extension());
    read(elsewhere);
    assertThat(elsewhere.getProperties()).doesNotContainKey("maven.deploy.skip");
  }

  @Test
  void everyWayToNameATargetOnTheCommandLineKeepsItOn() {
    for (String target :
        List.of("altReleaseDeploymentRepository", "altSnapshotDeploymentRepository")) {
      user.clear();
      user.setProperty(target, "x::file:/y");
      MavenProject project = project("a", "jar", extension());
      read(project);
      assertThat(project.getProperties()).doesNotContainKey("maven.deploy.skip");
    }
  }

  @Test
  void modulesWithoutWorkflowsDoNotFailTheDeploymentOfTheOthers() {
    MavenProject parent = project("parent", "pom", null);
    MavenProject module = project("module", "jar", extension());
    read(parent, module);
    assertThat(parent.getProperties()).containsEntry("maven.deploy.skip", "true");
  }

  @Test
  void theGoalThatDeploysBothStandsForBoth() {
    Plugin plugin = extension();
    PluginExecution own = new PluginExecution();
    own.setPhase("deploy");
    own.addGoal("deploy");
    plugin.addExecution(own);
    MavenProject project = project("a", "jar", plugin);
    read(project);
    assertThat(goals(project))
        .containsExactlyInAnyOrder(
            "deploy", "describe", "build-image", "stage-templates", "build-dags");
  }

  @Test
  void severalModulesDeployInTheLastOneEvenIfItIsAPlainOne() {
    MavenProject first = project("a", "jar", extension());
    MavenProject last = project("z", "jar", null);
    read(first, last);
    assertThat(goals(first)).doesNotContain("deploy-at-end");
    assertThat(goals(last)).containsExactly("deploy-at-end");
    assertThat(last.getPlugin(BigflowLifecycleParticipant.PLUGIN).getVersion()).isEqualTo("1");

    MavenProject unrelated = project("u", "jar", null);
    MavenProject alsoUnrelated = project("v", "jar", null);
    read(unrelated, alsoUnrelated);
    assertThat(alsoUnrelated.getBuildPlugins()).isEmpty();
  }

  private void read(MavenProject... projects) {
    DefaultMavenExecutionRequest request = new DefaultMavenExecutionRequest();
    request.setUserProperties(user);
    @SuppressWarnings("deprecation") // the one public way to make a session
    MavenSession session =
        new MavenSession(
            null, new DefaultRepositorySystemSession(), request, new DefaultMavenExecutionResult());
    session.setProjects(List.of(projects));
    new BigflowLifecycleParticipant().afterProjectsRead(session);
  }

  private static List<String> goals(MavenProject project) {
    Plugin plugin = project.getPlugin(BigflowLifecycleParticipant.PLUGIN);
    return plugin.getExecutions().stream().flatMap(e -> e.getGoals().stream()).toList();
  }

  private static Plugin extension() {
    Plugin plugin = new Plugin();
    plugin.setGroupId("io.bigflow");
    plugin.setArtifactId("bigflow-maven-plugin");
    plugin.setVersion("1");
    plugin.setExtensions(true);
    return plugin;
  }

  private static MavenProject project(
      String artifactId, String packaging, @org.jspecify.annotations.Nullable Plugin plugin) {
    Model model = new Model();
    model.setGroupId("com.example");
    model.setArtifactId(artifactId);
    model.setVersion("1");
    model.setPackaging(packaging);
    model.setBuild(new Build());
    if (plugin != null) {
      model.getBuild().addPlugin(plugin);
    }
    return new MavenProject(model);
  }
}
