// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CredentialSettingsTest {

  private static final Path PROJECT = Path.of("/project");

  @Test
  void byDefaultItIsWhoeverIsLoggedIn() {
    CredentialSettings settings = settings(Map.of());

    assertThat(settings.method()).isEqualTo(AuthMethod.LOCAL_ACCOUNT);
    assertThat(settings.isChosen()).isFalse();
    assertThat(settings).isEqualTo(CredentialSettings.standard());
  }

  @Test
  void whoNamesAKeyFileWantsAServiceAccount() {
    CredentialSettings settings = settings(Map.of("bigflow.keyFile", "ci/key.json"));

    assertThat(settings.method()).isEqualTo(AuthMethod.SERVICE_ACCOUNT);
    assertThat(settings.isChosen()).isTrue();
    assertThat(settings.keyFile()).contains(Path.of("/project/ci/key.json"));
  }

  @Test
  void whatIsSaidGoesBeforeTheKeyFile() {
    CredentialSettings settings =
        settings(Map.of("bigflow.keyFile", "key.json", "bigflow.authMethod", "local_account"));

    assertThat(settings.method()).isEqualTo(AuthMethod.LOCAL_ACCOUNT);
  }

  @Test
  void impersonationIsAChoice() {
    CredentialSettings settings =
        settings(
            Map.of(
                "bigflow.impersonateServiceAccount",
                "a@p.iam.gserviceaccount.com, b@p.iam.gserviceaccount.com"));

    assertThat(settings.isChosen()).isTrue();
    assertThat(settings.impersonation())
        .contains(
            new ImpersonationChain(
                List.of("a@p.iam.gserviceaccount.com"), "b@p.iam.gserviceaccount.com"));
  }

  @Test
  void settingsOfAVaultThatIsNotUsedAreNotRead() {
    assertThat(settings(Map.of("bigflow.vault.endpoint", "no address")).vault()).isEmpty();
  }

  private static CredentialSettings settings(Map<String, String> values) {
    return CredentialSettings.of(name -> Optional.ofNullable(values.get(name)), PROJECT);
  }
}
