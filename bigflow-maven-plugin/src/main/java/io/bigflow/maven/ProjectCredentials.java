// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.credentials.CredentialSettings;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.CredentialSources;
import io.bigflow.credentials.GoogleHosts;
import io.bigflow.credentials.Machine;
import io.bigflow.credentials.vault.VaultSettings;
import io.bigflow.maven.image.SettingsLogins;
import io.bigflow.maven.image.SettingsProxies;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.crypto.SettingsDecrypter;

/** The one source of Google's credentials of a project, made of its parameters. */
final class ProjectCredentials {

  private final CredentialSettings settings;
  private final CredentialSource source;

  /**
   * The credentials that the parameters ask for. Nothing is looked up before it is used.
   *
   * @param values the value in force of a parameter by its name
   * @param baseDirectory what relative files are relative to
   */
  ProjectCredentials(
      Function<String, Optional<String>> values,
      Path baseDirectory,
      Settings maven,
      SettingsDecrypter decrypter) {
    SettingsProxies.activate(maven, decrypter);
    SettingsLogins logins = new SettingsLogins(maven, decrypter);
    this.settings = CredentialSettings.of(values, baseDirectory);
    this.source =
        CredentialSources.of(
            settings,
            Machine.here(),
            id ->
                logins
                    .find(id)
                    .map(login -> new VaultSettings.Server(login.username(), login.password())),
            ProxySelector.getDefault());
  }

  /** The source. */
  CredentialSource source() {
    return source;
  }

  /** Whether somebody chose it; then it goes before what the machine has for a registry. */
  boolean isChosen() {
    return settings.isChosen();
  }

  /** Whether an Airflow may be shown a token of Google. */
  static boolean isForAirflow(String address) {
    return GoogleHosts.isComposerAirflow(address);
  }
}
