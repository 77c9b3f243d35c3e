// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.credentials.vault.VaultSettings;
import java.net.ProxySelector;

/** Makes the one source that serves the bucket, the registry and Airflow. */
public final class CredentialSources {

  private CredentialSources() {}

  /**
   * The source that the parameters ask for. Nothing is looked up before it is used.
   *
   * @param servers the logins of settings.xml
   * @param proxies how Vault is reached
   */
  public static CredentialSource of(
      CredentialSettings settings,
      Machine machine,
      VaultSettings.Servers servers,
      ProxySelector proxies) {
    CredentialSource base =
        switch (settings.method()) {
          case LOCAL_ACCOUNT -> new LocalAccount(machine);
          case SERVICE_ACCOUNT -> new ServiceAccount(machine, settings.keyFile());
          case VAULT -> new Vault(settings.vault().orElseThrow(), machine, servers, proxies);
        };
    return settings
        .impersonation()
        .<CredentialSource>map(
            chain ->
                new Impersonation(
                    base, chain, Impersonation.Grant.TOKEN_CREATOR, machine.transports()))
        .orElse(base);
  }
}
