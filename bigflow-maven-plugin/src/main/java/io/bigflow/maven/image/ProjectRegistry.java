// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.GoogleRegistryLogin;
import io.bigflow.image.ImageRegistry;
import io.bigflow.image.LoginSource;
import io.bigflow.image.jib.JibImageRegistry;
import io.bigflow.image.jib.JibLoginSources;
import io.bigflow.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.crypto.SettingsDecrypter;

/** Opens the registry of a project with the credentials that the project and the machine have. */
public final class ProjectRegistry {

  private ProjectRegistry() {}

  /**
   * The registry that a repository is in. Nothing is asked before it is used.
   *
   * @param repository with the registry's host
   * @param credentials Google's, for Google's registries
   * @param isChosen whether somebody chose them; then they go before what the machine has
   * @param environment the process's variables
   * @param home the user's folder
   */
  public static ImageRegistry open(
      String repository,
      MavenProject project,
      MavenSession session,
      SettingsDecrypter decrypter,
      CredentialSource credentials,
      boolean isChosen,
      Map<String, String> environment,
      Path home,
      Progress progress) {
    SettingsProxies.activate(session.getSettings(), decrypter);
    String host = repository.substring(0, Math.max(0, repository.indexOf('/')));
    JibSettings settings = JibSettings.of(project, session);
    List<LoginSource> logins =
        logins(
            host,
            settings,
            new SettingsLogins(session.getSettings(), decrypter),
            isChosen
                ? GoogleRegistryLogin.required(credentials)
                : GoogleRegistryLogin.optional(credentials),
            isChosen,
            new JibLoginSources(progress),
            environment,
            home);
    return new JibImageRegistry(host, logins, settings.allowInsecureRegistries(), progress);
  }

  /** Who may know the login, in the order in which they are asked. */
  static List<LoginSource> logins(
      String host,
      JibSettings settings,
      LoginSource servers,
      LoginSource google,
      boolean isChosen,
      JibLoginSources sources,
      Map<String, String> environment,
      Path home) {
    List<LoginSource> logins = new ArrayList<>();
    settings
        .targetLogin()
        .ifPresent(
            login -> logins.add(LoginSource.known("<to><auth> of jib-maven-plugin", host, login)));
    settings.targetCredentialHelper().map(sources::helper).ifPresent(logins::add);
    logins.add(servers);
    if (isChosen) {
      logins.add(google);
    }
    logins.addAll(sources.machine(environment, home));
    if (!isChosen) {
      logins.add(google);
    }
    return List.copyOf(logins);
  }
}
