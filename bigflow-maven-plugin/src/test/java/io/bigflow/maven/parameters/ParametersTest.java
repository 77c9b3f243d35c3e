// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.maven.parameters.ParameterValue.Kind;
import java.io.StringReader;
import java.util.Optional;
import java.util.Properties;
import org.apache.maven.execution.DefaultMavenExecutionRequest;
import org.apache.maven.execution.DefaultMavenExecutionResult;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Model;
import org.apache.maven.model.Profile;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.codehaus.plexus.util.xml.Xpp3DomBuilder;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which of several places a parameter takes its value from. */
final class ParametersTest {
  private static final ParameterName REPOSITORY = new ParameterName("bigflow.image.repository");

  private final Properties user = new Properties();
  private final Properties system = new Properties();
  private final Model model = new Model();
  private final MavenProject project = new MavenProject(model);
  private String configuration = "";

  @Test
  void eachPlaceWinsOverTheOnesBehindIt() throws Exception {
    assertFound("a-default", Kind.DEFAULT, "default");

    system.setProperty("env.BIGFLOW_IMAGE_REPOSITORY", "of-variable");
    assertFound("of-variable", Kind.VARIABLE, "variable BIGFLOW_IMAGE_REPOSITORY");

    model.addProperty("bigflow.image.repository", "of-property");
    assertFound("of-property", Kind.PROPERTY, "<properties> of a parent");

    system.setProperty("bigflow.image.repository", "of-jvm");
    assertFound("of-jvm", Kind.SYSTEM_PROPERTY, "system property of Maven's JVM");

    configuration = "<imageRepository>of-flat</imageRepository>";
    assertFound("of-flat", Kind.CONFIGURATION, "<imageRepository> in <configuration>");

    configuration += "<image><repository>of-group</repository></image>";
    assertFound("of-group", Kind.CONFIGURATION, "<image><repository> in <configuration>");

    user.setProperty("bigflow.image.repository", "of-option");
    assertFound("of-option", Kind.COMMAND_LINE, "command line, -Dbigflow.image.repository");
  }

  @Test
  void aPropertyTellsWhichProfileSetIt() throws Exception {
    model.addProperty("bigflow.image.repository", "of-prod");
    Model own = new Model();
    own.addProperty("bigflow.image.repository", "of-pom");
    project.setOriginalModel(own);
    assertFound("of-prod", Kind.PROPERTY, "<properties> of pom.xml");

    project.getActiveProfiles().add(profile("other", "bigflow.env", Profile.SOURCE_POM));
    project.getActiveProfiles().add(profile("prod", REPOSITORY.property(), Profile.SOURCE_POM));
    assertFound("of-prod", Kind.PROPERTY, "profile 'prod' of pom.xml");

    project.getActiveProfiles().add(profile("ci", REPOSITORY.property(), "settings.xml"));
    assertFound("of-prod", Kind.PROPERTY, "profile 'ci' of settings.xml");
  }

  // Maven hands over <imageRepository>${bigflow.image.repository}</imageRepository> if the user
  // wrote nothing.
  @Test
  void whatMavenFillsInIsNoConfiguration() throws Exception {
    configuration = "<imageRepository>${bigflow.image.repository}</imageRepository>";
    assertFound("a-default", Kind.DEFAULT, "default");
  }

  @Test
  void anEmptyValueTakesBackWhatAProfileSays() throws Exception {
    model.addProperty("bigflow.image.repository", "of-property");
    user.setProperty("bigflow.image.repository", " ");
    assertFound("", Kind.COMMAND_LINE, "command line, -Dbigflow.image.repository");
  }

  @Test
  void anEmptyVariableIsNone() throws Exception {
    system.setProperty("env.BIGFLOW_IMAGE_REPOSITORY", "");
    assertFound("a-default", Kind.DEFAULT, "default");
  }

  @Test
  void namesAreSpelledAsEachPlaceWants() {
    assertThat(new ParameterName("bigflow.gcpProjectId").variable())
        .isEqualTo("BIGFLOW_GCP_PROJECT_ID");
    assertThat(new ParameterName("bigflow.deploy.wait.timeout").variable())
        .isEqualTo("BIGFLOW_DEPLOY_WAIT_TIMEOUT");
    assertThat(new ParameterName("bigflow.deploy.wait.timeout").element())
        .isEqualTo("deployWaitTimeout");
    assertThat(new ParameterName("bigflow.deploy.wait.timeout").group()).isEqualTo("deploy");
    assertThat(new ParameterName("bigflow.deploy.wait.timeout").child()).isEqualTo("waitTimeout");
    assertThat(new ParameterName("bigflow.history.kept").group()).isEmpty();
    assertThat(new ParameterName("bigflow.deployment").group()).isEmpty();
  }

  private void assertFound(String text, Kind kind, String place) throws Exception {
    Optional<ParameterValue> found =
        new Parameters(session(), project, dom()).find(REPOSITORY, injected());
    assertThat(found).contains(new ParameterValue(text, new ParameterValue.Origin(kind, place)));
  }

  // As Maven does it: the flat element, else the default.
  private String injected() {
    return configuration.contains("of-flat") ? "of-flat" : "a-default";
  }

  private @Nullable Xpp3Dom dom() throws Exception {
    return configuration.isEmpty()
        ? null
        : Xpp3DomBuilder.build(
            new StringReader("<configuration>" + configuration + "</configuration>"));
  }

  private MavenSession session() {
    DefaultMavenExecutionRequest request = new DefaultMavenExecutionRequest();
    request.setUserProperties(user);
    request.setSystemProperties(system);
    @SuppressWarnings("deprecation") // the one public way to make a session
    MavenSession session =
        new MavenSession(
            null, new DefaultRepositorySystemSession(), request, new DefaultMavenExecutionResult());
    return session;
  }

  private static Profile profile(String id, String property, String source) {
    Profile profile = new Profile();
    profile.setId(id);
    profile.setSource(source);
    profile.addProperty(property, "any");
    return profile;
  }
}
