// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.image.LoginSource;
import java.util.Optional;

/**
 * The login for Google's registries: an access token of a credential source. Other registries get
 * nothing from here.
 */
public final class GoogleRegistryLogin implements LoginSource {

  // https://cloud.google.com/artifact-registry/docs/docker/authentication#token
  private static final String USER = "oauth2accesstoken";

  private final CredentialSource credentials;
  private final boolean isRequired;

  private GoogleRegistryLogin(CredentialSource credentials, boolean isRequired) {
    this.credentials = credentials;
    this.isRequired = isRequired;
  }

  /** For credentials that somebody asked for: without them nothing goes on. */
  public static GoogleRegistryLogin required(CredentialSource credentials) {
    return new GoogleRegistryLogin(credentials, true);
  }

  /** For credentials that may not be there: images that everybody may read need none. */
  public static GoogleRegistryLogin optional(CredentialSource credentials) {
    return new GoogleRegistryLogin(credentials, false);
  }

  @Override
  public String name() {
    return "the " + credentials.name();
  }

  @Override
  public Optional<Login> login(String host) {
    if (!GoogleHosts.isRegistry(host)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Login(USER, credentials.accessToken()));
    } catch (NoCredentials e) {
      if (isRequired) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
