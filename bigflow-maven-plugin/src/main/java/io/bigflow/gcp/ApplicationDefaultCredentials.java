// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that Google's libraries find by themselves: the file named by {@code
 * GOOGLE_APPLICATION_CREDENTIALS}, the file that {@code gcloud auth application-default login}
 * wrote, or the metadata server of the machine.
 *
 * @see <a href="https://cloud.google.com/docs/authentication/application-default-credentials">the
 *     rules</a>
 */
public final class ApplicationDefaultCredentials implements CredentialSource {

  private static final String VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  /** Finds credentials, or fails as {@link GoogleCredentials#getApplicationDefault()} does. */
  interface Lookup {
    GoogleCredentials find() throws IOException;
  }

  private final Function<String, @Nullable String> environment;
  private final Path home;
  private final Lookup lookup;
  private @Nullable GoogleCredentials found;

  /**
   * The credentials of this process.
   *
   * @param environment the environment's variables, {@code System::getenv}
   * @param home the user's home directory
   */
  public ApplicationDefaultCredentials(Function<String, @Nullable String> environment, Path home) {
    this(environment, home, GoogleCredentials::getApplicationDefault);
  }

  ApplicationDefaultCredentials(
      Function<String, @Nullable String> environment, Path home, Lookup lookup) {
    this.environment = environment;
    this.home = home;
    this.lookup = lookup;
  }

  @Override
  public String name() {
    return "application default credentials";
  }

  @Override
  public synchronized GoogleCredentials get() {
    if (found == null) {
      try {
        found = lookup.find();
      } catch (IOException e) {
        // The library's text is left out: it may quote the file, and the file is a secret.
        throw BigflowException.of(problem());
      }
    }
    return found;
  }

  @Override
  public synchronized Optional<String> member() {
    if (found instanceof ServiceAccountCredentials account) {
      return Optional.of("serviceAccount:" + account.getClientEmail());
    }
    if (found instanceof ImpersonatedCredentials impersonated) {
      return Optional.of("serviceAccount:" + impersonated.getAccount());
    }
    return Optional.empty();
  }

  private Problem problem() {
    @Nullable String named = environment.apply(VARIABLE);
    Path file = named == null || named.isBlank() ? gcloudFile() : Path.of(named);
    boolean isThere = Files.isRegularFile(file);
    if (named != null && !named.isBlank()) {
      return new Problem(
          "Cannot use the Google credentials in '"
              + named
              + "': "
              + (isThere
                  ? "the file holds no credentials that Google's library understands"
                  : "there is no such file"),
          "environment variable " + VARIABLE,
          "Set " + VARIABLE + " to a credential file, or unset it and run: " + LOGIN,
          "no-credentials");
    }
    if (isThere) {
      return new Problem(
          "Cannot use the Google credentials in '"
              + file
              + "': the file holds no credentials that Google's library understands",
          file.toString(),
          "Write it again with: " + LOGIN,
          "no-credentials");
    }
    return new Problem(
        "No Google credentials were found",
        VARIABLE + " is not set, '" + file + "' does not exist, no metadata server answers",
        "Log in with: " + LOGIN,
        "no-credentials");
  }

  static final String LOGIN = "gcloud auth application-default login";

  // Google's rule; the same file that the library looks for.
  private Path gcloudFile() {
    @Nullable String configured = environment.apply("CLOUDSDK_CONFIG");
    @Nullable String appData = environment.apply("APPDATA");
    Path folder =
        configured != null
            ? Path.of(configured)
            : appData != null ? Path.of(appData, "gcloud") : home.resolve(".config/gcloud");
    return folder.resolve("application_default_credentials.json");
  }
}
