// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import java.nio.file.Path;

/** How Vault learns who asks. No form of it shows a secret. */
public sealed interface VaultLogin {

  /**
   * A token of Vault.
   *
   * @param token secret
   * @param origin where it stands, for messages: {@code the variable VAULT_TOKEN}
   */
  record Token(String token, String origin) implements VaultLogin {
    @Override
    public String toString() {
      return "Token of " + origin;
    }
  }

  /**
   * The role id and the secret id of the auth method AppRole.
   *
   * @param mount where the method is mounted, below {@code auth/}
   * @param roleId half a secret
   * @param secretId secret
   * @param origin where they stand, for messages
   */
  record AppRole(String mount, String roleId, String secretId, String origin)
      implements VaultLogin {
    @Override
    public String toString() {
      return "AppRole of " + origin;
    }
  }

  /**
   * A JSON web token for the auth methods JWT and Kubernetes, which take it in the same way.
   *
   * @param mount where the method is mounted, below {@code auth/}
   * @param role the role to log in with
   * @param token where the token is
   */
  record Jwt(String mount, String role, WebToken token) implements VaultLogin {}

  /** Where a JSON web token is. */
  sealed interface WebToken {
    /** How messages name it. */
    String origin();
  }

  /** In a file, which is read at each login: whoever writes it may renew it. */
  record InFile(Path file) implements WebToken {
    @Override
    public String origin() {
      return "the file '" + file + "'";
    }
  }

  /**
   * In a variable.
   *
   * @param value secret
   */
  record InVariable(String name, String value) implements WebToken {
    @Override
    public String origin() {
      return "the variable " + name;
    }

    @Override
    public String toString() {
      return origin();
    }
  }
}
