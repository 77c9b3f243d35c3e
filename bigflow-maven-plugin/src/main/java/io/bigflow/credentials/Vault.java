// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.credentials.vault.VaultFailure;
import io.bigflow.credentials.vault.VaultSettings;
import io.bigflow.credentials.vault.VaultTokens;
import java.net.ProxySelector;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Short-lived tokens that Vault gives. */
public final class Vault implements CredentialSource {

  private final VaultSettings settings;
  private final Machine machine;
  private final VaultSettings.Servers servers;
  private final ProxySelector proxies;
  private @Nullable GoogleAccount account;

  /**
   * Tokens of a Vault. Secrets are looked up when the first one is needed.
   *
   * @param servers the logins of settings.xml
   * @param proxies how Vault is reached
   */
  public Vault(
      VaultSettings settings,
      Machine machine,
      VaultSettings.Servers servers,
      ProxySelector proxies) {
    this.settings = settings;
    this.machine = machine;
    this.servers = servers;
    this.proxies = proxies;
  }

  @Override
  public String name() {
    return "Vault at '" + settings.endpoint().authority() + "'";
  }

  @Override
  public synchronized GoogleCredentials get() {
    if (account == null) {
      VaultTokens tokens =
          new VaultTokens(
              settings.endpoint(),
              settings.login(machine.environment(), servers),
              settings.namespace(),
              settings.caCertificate(),
              proxies);
      account =
          new GoogleAccount(
              name(),
              advice(),
              this::member,
              tokens::next,
              machine.variable("GOOGLE_CLOUD_QUOTA_PROJECT").orElse(null),
              Vault::refusal);
    }
    return account.get();
  }

  private static Refusal refusal(Throwable failure) {
    return new Answers(failure)
        .cause(VaultFailure.class)
        .map(vault -> new Refusal(vault.reason(), vault.fix(), vault.anchor()))
        .orElseGet(() -> Refusal.unknown("Check bigflow.vault.endpoint"));
  }

  /** Vault does not say whose tokens it gives. */
  @Override
  public Optional<String> member() {
    return Optional.empty();
  }

  @Override
  public String advice() {
    return "Check what '" + settings.endpoint() + "' gives";
  }
}
