// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.ComputeEngineCredentials;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The service account of the machine itself, on Google Cloud: asked of its metadata server. */
final class MachineAccount {

  private final ComputeEngineCredentials credentials;
  private volatile @Nullable String email;

  private MachineAccount(ComputeEngineCredentials credentials) {
    this.credentials = credentials;
  }

  static GoogleAccount of(Machine machine) {
    ComputeEngineCredentials credentials =
        ComputeEngineCredentials.newBuilder()
            .setHttpTransportFactory(machine.transports())
            .setScopes(List.of(CredentialSource.SCOPE))
            .build();
    return new GoogleAccount(
            "service account of this machine",
            "Check the service account that is attached to the machine",
            new MachineAccount(credentials)::member,
            credentials::refreshAccessToken,
            machine.variable("GOOGLE_CLOUD_QUOTA_PROJECT").orElse(null),
            failure -> TokenRefusals.metadata(new Answers(failure)))
        .withIdTokens(credentials);
  }

  private Optional<String> member() {
    String known = email;
    if (known == null) {
      known = askForEmail();
      email = known;
    }
    return known.contains("@") ? Optional.of("serviceAccount:" + known) : Optional.empty();
  }

  /** Empty if it is not to be had; messages go without the name then. */
  private String askForEmail() {
    try {
      return credentials.getAccount();
    } catch (RuntimeException e) {
      return "";
    }
  }
}
