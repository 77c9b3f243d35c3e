// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import java.util.Optional;

/** Somewhere that may know the user and password of a registry. */
public interface LoginSource {

  /** How messages name the source, for example {@code settings.xml}. Never holds a secret. */
  String name();

  /**
   * The login for a registry.
   *
   * @param host the registry with its port, for example {@code europe-west1-docker.pkg.dev}
   */
  Optional<Login> login(String host);

  /**
   * A user and a password; {@code oauth2accesstoken} and a token for Google.
   *
   * @param username the user
   * @param password secret
   */
  record Login(String username, String password) {
    @Override
    public String toString() {
      return "Login of " + username;
    }
  }

  /** A source that knows one login for one registry. */
  static LoginSource known(String name, String host, Login login) {
    return new LoginSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<Login> login(String asked) {
        return asked.equals(host) ? Optional.of(login) : Optional.empty();
      }
    };
  }
}
