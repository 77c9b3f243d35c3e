// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.CredentialRetriever;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import com.google.cloud.tools.jib.registry.credentials.CredentialRetrievalException;
import io.bigflow.image.LoginSource;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The sources of credentials that Jib knows, in Jib's order, so that a push works wherever Jib's
 * own push works.
 */
public final class JibLoginSources {

  private final Progress progress;

  /** Sources that tell {@code progress} what they tried. */
  public JibLoginSources(Progress progress) {
    this.progress = progress;
  }

  /**
   * A Docker credential helper.
   *
   * @param helper the path of a program, or what follows {@code docker-credential-} in its name
   */
  public LoginSource helper(String helper) {
    String program =
        helper.contains("/") || helper.contains("\\") ? helper : "docker-credential-" + helper;
    return source(
        "the credential helper '" + program + "'",
        factory -> factory.dockerCredentialHelper(program));
  }

  /**
   * What every machine may have: the login files of Podman and Docker, and the helpers of Google
   * and Amazon.
   *
   * @param environment the process's variables
   * @param home the user's folder
   */
  public List<LoginSource> machine(Map<String, String> environment, Path home) {
    List<LoginSource> sources = new ArrayList<>();
    for (Path file : loginFiles(environment, home)) {
      sources.add(source(file.toString(), factory -> factory.dockerConfig(file)));
    }
    sources.add(
        source(
            "docker-credential-gcr, docker-credential-ecr-login",
            CredentialRetrieverFactory::wellKnownCredentialHelpers));
    return List.copyOf(sources);
  }

  private static Set<Path> loginFiles(Map<String, String> environment, Path home) {
    Set<Path> files = new LinkedHashSet<>();
    for (String variable : List.of("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")) {
      folder(environment, variable)
          .ifPresent(folder -> files.add(folder.resolve("containers/auth.json")));
    }
    files.add(home.resolve(".config/containers/auth.json"));
    folder(environment, "DOCKER_CONFIG")
        .ifPresent(folder -> files.add(folder.resolve("config.json")));
    files.add(home.resolve(".docker/config.json"));
    return files;
  }

  private static Optional<Path> folder(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }

  private LoginSource source(
      String name, Function<CredentialRetrieverFactory, CredentialRetriever> retriever) {
    return new LoginSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<Login> login(String host) {
        try {
          CredentialRetrieverFactory factory =
              CredentialRetrieverFactory.forImage(
                  // Jib asks for an image, but looks at its registry only.
                  ImageReference.of(host, "any", null),
                  event -> progress.detail(event.getMessage()));
          return retriever.apply(factory).retrieve().map(JibLoginSources::login);
        } catch (CredentialRetrievalException e) {
          throw BigflowException.of(
              Problem.of(
                  "The login for '" + host + "' cannot be read: " + e.getMessage(),
                  name,
                  "Mend or remove this source of credentials; the ones after it were not asked"),
              e);
        }
      }
    };
  }

  private static LoginSource.Login login(Credential credential) {
    return new LoginSource.Login(credential.getUsername(), credential.getPassword());
  }
}
