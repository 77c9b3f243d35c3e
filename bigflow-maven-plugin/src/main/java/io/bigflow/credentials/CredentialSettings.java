// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.credentials.vault.VaultSettings;
import io.bigflow.problem.BigflowException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the parameters say about credentials.
 *
 * @param method where they come from
 * @param isChosen whether somebody said so, or whom to act as; otherwise other logins for Google's
 *     registries go first
 * @param keyFile the file of a service account
 * @param impersonation whom to act as
 * @param vault where Vault is; there if the method is {@link AuthMethod#VAULT}
 */
public record CredentialSettings(
    AuthMethod method,
    boolean isChosen,
    Optional<Path> keyFile,
    Optional<ImpersonationChain> impersonation,
    Optional<VaultSettings> vault) {

  /**
   * Reads the parameters.
   *
   * @param values the value in force of a parameter by its name
   * @param baseDirectory what relative files are relative to
   * @throws BigflowException if one of them cannot be understood
   */
  public static CredentialSettings of(
      Function<String, Optional<String>> values, Path baseDirectory) {
    Optional<AuthMethod> said = values.apply(AuthMethod.PARAMETER).map(AuthMethod::parse);
    Optional<Path> keyFile =
        values.apply(ServiceAccount.PARAMETER).map(file -> baseDirectory.resolve(file).normalize());
    Optional<ImpersonationChain> impersonation =
        values.apply(ImpersonationChain.PARAMETER).map(ImpersonationChain::parse);
    AuthMethod method = said.orElse(AuthMethod.LOCAL_ACCOUNT);
    if (said.isEmpty() && keyFile.isPresent()) {
      // Whoever names a key file wants it to be used.
      method = AuthMethod.SERVICE_ACCOUNT;
    }
    return new CredentialSettings(
        method,
        said.isPresent() || keyFile.isPresent() || impersonation.isPresent(),
        keyFile,
        impersonation,
        method == AuthMethod.VAULT
            ? Optional.of(VaultSettings.of(values, baseDirectory))
            : Optional.empty());
  }

  /** The credentials of this machine by the default rules. */
  public static CredentialSettings standard() {
    return of(name -> Optional.empty(), Path.of(""));
  }
}
