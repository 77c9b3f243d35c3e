// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whoever is logged in on this machine. Application Default Credentials: the file named by {@code
 * GOOGLE_APPLICATION_CREDENTIALS}, the file that {@code gcloud auth application-default login}
 * wrote, or the metadata server; else the user of gcloud.
 *
 * @see <a href="https://cloud.google.com/docs/authentication/application-default-credentials">the
 *     rules</a>
 */
public final class LocalAccount implements CredentialSource {

  /** How a person logs in. */
  public static final String LOGIN = "gcloud auth application-default login";

  static final String VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";
  private static final String NAME = "application default credentials";

  /** Finds what needs no file, or fails as {@link GoogleCredentials#getApplicationDefault()}. */
  interface Lookup {
    GoogleCredentials find() throws IOException;
  }

  private final Machine machine;
  private final Lookup lookup;
  private @Nullable CredentialSource found;

  /** The account of a machine. */
  public LocalAccount(Machine machine) {
    this(machine, () -> GoogleCredentials.getApplicationDefault(machine.transports()));
  }

  LocalAccount(Machine machine, Lookup lookup) {
    this.machine = machine;
    this.lookup = lookup;
  }

  @Override
  public synchronized String name() {
    return found == null ? NAME : found.name();
  }

  @Override
  public GoogleCredentials get() {
    return source().get();
  }

  @Override
  public String idToken(String audience) {
    return source().idToken(audience);
  }

  @Override
  public synchronized Optional<String> member() {
    return found == null ? Optional.empty() : found.member();
  }

  @Override
  public synchronized String advice() {
    return found == null ? "Log in again with: " + LOGIN : found.advice();
  }

  private synchronized CredentialSource source() {
    if (found == null) {
      found = find();
    }
    return found;
  }

  private CredentialSource find() {
    String advice = "Log in again with: " + LOGIN;
    Optional<String> named = machine.variable(VARIABLE);
    if (named.isPresent()) {
      return CredentialFile.read(
              Path.of(named.get()),
              machine,
              "environment variable " + VARIABLE,
              "Set " + VARIABLE + " to a credential file, or unset it and run: " + LOGIN,
              advice)
          .source();
    }
    Path file = Gcloud.defaultCredentials(machine);
    if (Files.isRegularFile(file)) {
      return CredentialFile.read(
              file, machine, file.toString(), "Write it again with: " + LOGIN, advice)
          .source();
    }
    return onGoogleCloud()
        .or(() -> Gcloud.of(machine).flatMap(Gcloud::user))
        .orElseThrow(() -> none(file));
  }

  private Optional<CredentialSource> onGoogleCloud() {
    try {
      GoogleCredentials credentials = lookup.find();
      GoogleCredentials scoped =
          credentials.createScopedRequired()
              ? credentials.createScoped(List.of(SCOPE))
              : credentials;
      return Optional.of(
          credentials instanceof ComputeEngineCredentials
              ? MachineAccount.of(machine)
              : new GoogleAccount(
                  NAME,
                  "Log in again with: " + LOGIN,
                  Optional::empty,
                  scoped::refreshAccessToken,
                  credentials.getQuotaProjectId(),
                  failure -> new Answers(failure).unexpected("the login service of this machine")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private NoCredentials none(Path file) {
    return new NoCredentials(
        new Problem(
            "No Google credentials were found",
            VARIABLE
                + " is not set, '"
                + file
                + "' does not exist, no metadata server answers, "
                + (Gcloud.of(machine).isPresent()
                    ? "nobody is logged in to gcloud"
                    : "there is no gcloud on the PATH"),
            "Log in with: " + LOGIN + " (or, for gcloud and BigFlow alike: gcloud auth login)",
            "no-credentials"));
  }
}
