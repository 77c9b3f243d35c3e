// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.auth.oauth2.AccessToken;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens for Google from Vault. A token of Vault that was had by a login is kept until it
 * expires; then, or when Vault refuses it before its time, the login is repeated.
 */
public final class VaultTokens {

  // How long before its end a token of Vault is not used any more.
  private static final Duration MARGIN = Duration.ofSeconds(30);
  // A secret that does not say how long it lasts may be replaced at any time.
  private static final Duration ASKED_AGAIN = Duration.ofMinutes(10);
  // RFC 6750.
  private static final Pattern ACCESS_TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,16384}");

  private final VaultEndpoint endpoint;
  private final VaultLogin login;
  private final VaultClient client;
  private final Clock clock;
  private @Nullable String token;
  private Instant usableUntil = Instant.MIN;

  /**
   * Tokens of one address.
   *
   * @param namespace Vault's namespace
   * @param certificates a PEM file with all that is trusted; empty = what Java trusts
   */
  public VaultTokens(
      VaultEndpoint endpoint,
      VaultLogin login,
      Optional<String> namespace,
      Optional<Path> certificates,
      ProxySelector proxies) {
    this(
        endpoint,
        login,
        new VaultClient(endpoint, namespace, certificates, proxies),
        Clock.systemUTC());
  }

  VaultTokens(VaultEndpoint endpoint, VaultLogin login, VaultClient client, Clock clock) {
    this.endpoint = endpoint;
    this.login = login;
    this.client = client;
    this.clock = clock;
  }

  /**
   * Asks Vault for a new access token.
   *
   * @throws VaultFailure if there is none to be had
   */
  public synchronized AccessToken next() throws VaultFailure {
    boolean kept = token != null && clock.instant().isBefore(usableUntil);
    if (!kept) {
      logIn();
    }
    try {
      return accessToken(client.read(held(), endpoint.path()));
    } catch (VaultFailure e) {
      if (e.status() != 403) {
        throw e.status() == 404 || e.status() == 400 ? missing(e.status()) : e;
      }
      if (!kept || login instanceof VaultLogin.Token) {
        throw denied();
      }
    }
    // Revoked, or it ended sooner than it said.
    logIn();
    try {
      return accessToken(client.read(held(), endpoint.path()));
    } catch (VaultFailure e) {
      throw e.status() == 403 ? denied() : e;
    }
  }

  private String held() {
    return token == null ? "" : token;
  }

  private void logIn() throws VaultFailure {
    token = null;
    if (login instanceof VaultLogin.Token known) {
      token = known.token().strip();
      usableUntil = Instant.MAX;
    } else if (login instanceof VaultLogin.AppRole role) {
      logIn(role.mount(), Map.of("role_id", role.roleId(), "secret_id", role.secretId()));
    } else if (login instanceof VaultLogin.Jwt jwt) {
      logIn(jwt.mount(), Map.of("role", jwt.role(), "jwt", webToken(jwt.token())));
    }
  }

  private void logIn(String mount, Map<String, String> content) throws VaultFailure {
    JsonNode answer;
    try {
      answer = client.write("auth/" + mount + "/login", content);
    } catch (VaultFailure e) {
      throw switch (e.status()) {
        case 400, 401, 403, 500 -> refused(e.status(), mount);
        case 404, 405 -> nothingMounted(e.status(), mount);
        default -> e;
      };
    }
    JsonNode auth = answer.path("auth");
    String given = auth.path("client_token").asText();
    if (given.isEmpty()) {
      throw nothingMounted(200, mount);
    }
    token = given;
    long seconds = auth.path("lease_duration").asLong();
    // 0 = it does not end.
    usableUntil = seconds == 0 ? Instant.MAX : clock.instant().plusSeconds(seconds).minus(MARGIN);
  }

  private static String webToken(VaultLogin.WebToken where) throws VaultFailure {
    String text = "";
    if (where instanceof VaultLogin.InVariable variable) {
      text = variable.value();
    } else if (where instanceof VaultLogin.InFile file) {
      try {
        text = Files.readString(file.file());
      } catch (IOException e) {
        throw new VaultFailure(
            0,
            where.origin() + " with the JWT cannot be read",
            "Let the job write its JWT there first, or name another file with"
                + " bigflow.vault.jwtFile",
            "vault-denied");
      }
    }
    if (text.isBlank()) {
      throw new VaultFailure(
          0,
          where.origin() + " with the JWT is empty",
          "Let the job write its JWT there first",
          "vault-denied");
    }
    return text.strip();
  }

  // ---- what Vault gave

  private AccessToken accessToken(JsonNode answer) throws VaultFailure {
    JsonNode data = answer.path("data");
    String value = data.path("token").asText();
    if (!data.path("token").isTextual() || !ACCESS_TOKEN.matcher(value).matches()) {
      boolean version2 = data.path("data").has("token");
      throw new VaultFailure(
          0,
          "the answer has no 'data.token'" + (version2 ? ", but 'data.data.token'" : ""),
          version2
              ? "That is a secret of the engine kv version 2: use a token of the engine gcp, or kv"
                  + " version 1"
              : "Let "
                  + VaultEndpoint.PARAMETER
                  + " name what gives an OAuth token, for example gcp/roleset/NAME/token",
          "vault-missing");
    }
    Instant now = clock.instant();
    Instant end = now.plus(ASKED_AGAIN);
    if (data.path("expires_at_seconds").asLong() > 0) {
      end = Instant.ofEpochSecond(data.path("expires_at_seconds").asLong());
    } else if (data.path("token_ttl").asLong() > 0) {
      end = now.plusSeconds(data.path("token_ttl").asLong());
    }
    if (!end.isAfter(now)) {
      throw new VaultFailure(
          0,
          "the token in Vault has expired",
          "Let whoever writes it renew it, or use the engine gcp, which makes one when it is asked",
          "vault-missing");
    }
    return new AccessToken(value, Date.from(end));
  }

  // ---- what Vault refused

  private VaultFailure missing(int status) {
    return new VaultFailure(
        status,
        "there is nothing at '" + endpoint + "' (" + status + ")",
        "Compare " + VaultEndpoint.PARAMETER + " with: vault secrets list",
        "vault-missing");
  }

  private VaultFailure nothingMounted(int status, String mount) {
    return new VaultFailure(
        status,
        "there is no login at 'auth/" + mount + "' (" + status + ")",
        "Set bigflow.vault.mount to what this prints, without the slash at the end: vault auth"
            + " list",
        "vault-missing");
  }

  private VaultFailure refused(int status, String mount) {
    // Vault says 403 where nothing is mounted, to tell strangers nothing.
    String where = status == 403 ? " at 'auth/" + mount + "'" : "";
    String compare =
        status == 403 ? "Compare bigflow.vault.mount with: vault auth list. If it is there: " : "";
    if (login instanceof VaultLogin.Jwt jwt) {
      return new VaultFailure(
          status,
          "Vault does not accept the JWT of "
              + jwt.token().origin()
              + " for the role '"
              + jwt.role()
              + "'"
              + where
              + " ("
              + status
              + ")",
          compare
              + "Compare the claims of the JWT with: vault read auth/"
              + mount
              + "/role/"
              + jwt.role(),
          "vault-denied");
    }
    return new VaultFailure(
        status,
        "Vault does not accept the role id and secret id of "
            + origin()
            + where
            + " ("
            + status
            + ")",
        compare + "Make a new secret id: vault write -f auth/" + mount + "/role/NAME/secret-id",
        "vault-denied");
  }

  // Vault says the same of a token that it does not know and of one that may not.
  private VaultFailure denied() {
    boolean isKnown;
    try {
      client.read(held(), "auth/token/lookup-self");
      isKnown = true;
    } catch (VaultFailure e) {
      isKnown = false;
    }
    if (!isKnown) {
      return new VaultFailure(
          403,
          "Vault does not accept the token of " + origin() + " (403)",
          "It has expired, or is for another Vault or namespace: log in again with vault login",
          "vault-denied");
    }
    return new VaultFailure(
        403,
        "the token of " + origin() + " may not read '" + endpoint.path() + "' (403)",
        "Let an operator add to its policy: path \""
            + endpoint.path().replaceFirst("\\?.*", "")
            + "\" { capabilities = [\"read\"] }",
        "vault-denied");
  }

  private String origin() {
    if (login instanceof VaultLogin.Token known) {
      return known.origin();
    }
    if (login instanceof VaultLogin.AppRole role) {
      return role.origin();
    }
    return ((VaultLogin.Jwt) login).token().origin();
  }
}
