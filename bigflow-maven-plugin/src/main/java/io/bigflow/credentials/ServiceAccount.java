// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service account and never a person: a key file or a file of workload identity federation, named
 * by the parameter or by {@code GOOGLE_APPLICATION_CREDENTIALS}; without one the account of the
 * machine.
 */
public final class ServiceAccount implements CredentialSource {

  /** The name of the parameter. */
  public static final String PARAMETER = "bigflow.keyFile";

  private final Machine machine;
  private final Optional<Path> keyFile;
  private @Nullable CredentialSource found;

  /**
   * A service account.
   *
   * @param keyFile the value of the parameter
   */
  public ServiceAccount(Machine machine, Optional<Path> keyFile) {
    this.machine = machine;
    this.keyFile = keyFile;
  }

  @Override
  public synchronized String name() {
    return found == null ? "service account" : found.name();
  }

  @Override
  public GoogleCredentials get() {
    return source().get();
  }

  @Override
  public String idToken(String audience) {
    return source().idToken(audience);
  }

  private synchronized CredentialSource source() {
    if (found == null) {
      found = find();
    }
    return found;
  }

  @Override
  public synchronized Optional<String> member() {
    return found == null ? Optional.empty() : found.member();
  }

  @Override
  public synchronized String advice() {
    return found == null ? "Check " + PARAMETER : found.advice();
  }

  private CredentialSource find() {
    if (keyFile.isPresent()) {
      return fromFile(keyFile.get(), PARAMETER);
    }
    return machine
        .variable(LocalAccount.VARIABLE)
        .map(file -> fromFile(Path.of(file), "environment variable " + LocalAccount.VARIABLE))
        .orElseGet(() -> MachineAccount.of(machine));
  }

  private CredentialSource fromFile(Path path, String where) {
    CredentialFile file =
        CredentialFile.read(
            path,
            machine,
            where,
            "Name a key file of a service account, or a file of workload identity federation",
            "Check the file '" + path + "'");
    if (file.isUser()) {
      throw BigflowException.of(
          new Problem(
              "The credentials in '" + path + "' are the login of a person (" + file.type() + ")",
              where,
              "Name a key file of a service account, or a file of workload identity federation; to"
                  + " deploy as a person use -D"
                  + AuthMethod.PARAMETER
                  + "=local_account",
              "no-credentials"));
    }
    return file.source();
  }
}
