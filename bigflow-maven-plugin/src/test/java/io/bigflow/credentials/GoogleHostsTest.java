// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.image.LoginSource.Login;
import io.bigflow.problem.Problem;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may be shown a token. */
final class GoogleHostsTest {

  @ParameterizedTest
  @CsvSource({
    "europe-west1-docker.pkg.dev, true",
    "us-docker.pkg.dev          , true",
    "gcr.io                     , true",
    "EU.gcr.io                  , true",
    "evilgcr.io                 , false",
    "gcr.io.example.com         , false",
    "pkg.dev                    , false",
    "evil-pkg.dev               , false",
    "docker.pkg.dev.example.com , false",
    "docker.pkg.dev:5000        , false",
    "registry.example.com       , false",
    "localhost                  , false",
  })
  void registries(String host, boolean isGoogles) {
    assertThat(GoogleHosts.isRegistry(host)).isEqualTo(isGoogles);
  }

  @ParameterizedTest
  @CsvSource({
    "https://0123-dot-europe-west1.composer.googleusercontent.com      , true",
    "https://0123-dot-europe-west1.composer.googleusercontent.com/home , true",
    "https://0123-dot-europe-west1.composer.byoid.googleusercontent.com, true",
    "http://0123-dot-europe-west1.composer.googleusercontent.com       , false",
    "https://evil.googleusercontent.com                                , false",
    "https://composer.googleusercontent.com.example.com                , false",
    "https://me@x.composer.googleusercontent.com                       , false",
    "https://airflow.example.com/.composer.googleusercontent.com       , false",
    "https://airflow.example.com                                       , false",
    "not an address                                                    , false",
  })
  void airflows(String address, boolean isGoogles) {
    assertThat(GoogleHosts.isComposerAirflow(address)).isEqualTo(isGoogles);
  }

  @ParameterizedTest
  @CsvSource({
    "https://storage.googleapis.com        , true",
    "https://storage-x.p.googleapis.com    , true",
    "https://googleapis.com.example.com    , false",
    "https://evilgoogleapis.com            , false",
    "http://storage.googleapis.com         , false",
  })
  void apis(String address, boolean isGoogles) {
    assertThat(GoogleHosts.isApi(address)).isEqualTo(isGoogles);
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry.example.com", "evilgcr.io", "localhost:5000"})
  void anotherRegistryIsNotEvenAReasonToGetAToken(String host) {
    assertThat(GoogleRegistryLogin.required(new Nobody()).login(host)).isEmpty();
  }

  @Test
  void googlesRegistryGetsAToken() {
    assertThat(GoogleRegistryLogin.required(new Somebody()).login("eu.gcr.io"))
        .contains(new Login("oauth2accesstoken", "ya29.x"));
  }

  @Test
  void withoutCredentialsImagesForEverybodyCanBeRead() {
    assertThat(GoogleRegistryLogin.optional(new Nobody()).login("gcr.io")).isEmpty();
    assertThatThrownBy(() -> GoogleRegistryLogin.required(new Nobody()).login("gcr.io"))
        .isInstanceOf(NoCredentials.class);
  }

  private static class Nobody implements CredentialSource {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public GoogleCredentials get() {
      throw new NoCredentials(Problem.of("nobody", "", ""));
    }

    @Override
    public Optional<String> member() {
      return Optional.empty();
    }

    @Override
    public String advice() {
      return "";
    }
  }

  private static final class Somebody extends Nobody {
    @Override
    public GoogleCredentials get() {
      return GoogleCredentials.create(
          new AccessToken("ya29.x", Date.from(Instant.now().plusSeconds(3600))));
    }
  }
}
