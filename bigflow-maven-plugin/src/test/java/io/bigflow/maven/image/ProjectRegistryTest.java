// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.image.LoginSource;
import io.bigflow.image.LoginSource.Login;
import io.bigflow.image.jib.JibLoginSources;
import io.bigflow.progress.RecordingProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Who is asked for the login of a registry, in which order. */
final class ProjectRegistryTest {

  private static final String HOST = "europe-west1-docker.pkg.dev";

  @Test
  void credentialsThatWereChosenGoBeforeThoseOfTheMachine() {
    assertThat(names(true))
        .containsExactly(
            "<to><auth> of jib-maven-plugin",
            "the credential helper 'docker-credential-ours'",
            "settings.xml",
            "Google",
            "home/.config/containers/auth.json",
            "home/.docker/config.json",
            "docker-credential-gcr, docker-credential-ecr-login");
  }

  @Test
  void credentialsThatNobodyChoseComeLast() {
    assertThat(names(false)).last().isEqualTo("Google");
    assertThat(names(false)).hasSameElementsAs(names(true));
  }

  private static List<String> names(boolean isChosen) {
    Properties properties = new Properties();
    properties.setProperty("jib.to.auth.username", "user");
    properties.setProperty("jib.to.auth.password", "password");
    properties.setProperty("jib.to.credHelper", "ours");
    return ProjectRegistry.logins(
            HOST,
            new JibSettings(null, List.of(properties)),
            source("settings.xml"),
            source("Google"),
            isChosen,
            new JibLoginSources(new RecordingProgress()),
            Map.of(),
            Path.of("home"))
        .stream()
        .map(LoginSource::name)
        .toList();
  }

  private static LoginSource source(String name) {
    return LoginSource.known(name, HOST, new Login("user", "password"));
  }
}
