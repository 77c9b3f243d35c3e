// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An identity of another system that a workload identity pool of Google accepts.
 *
 * @param pool {@code projects/NUMBER/locations/global/workloadIdentityPools/POOL}; empty if the
 *     file names none
 * @param provider the pool's provider that knows the other system
 * @param origin where the other system's token comes from, for messages
 */
record FederatedIdentity(String pool, String provider, String origin) {

  private static final Pattern AUDIENCE =
      Pattern.compile(
          "//iam\\.googleapis\\.com/"
              + "(projects/[0-9]+/locations/[a-z0-9-]+/workloadIdentityPools/[a-z0-9-]+)"
              + "/providers/([a-z0-9-]+)");

  /** What a file of type {@code external_account} says. */
  static FederatedIdentity of(JsonNode file) {
    Matcher audience = AUDIENCE.matcher(file.path("audience").asText());
    boolean known = audience.matches();
    return new FederatedIdentity(
        known ? audience.group(1) : "",
        known ? audience.group(2) : "",
        origin(file.path("credential_source")));
  }

  private static String origin(JsonNode source) {
    if (source.has("file")) {
      return "the file '" + source.path("file").asText() + "'";
    }
    if (source.has("executable")) {
      // Arguments may be secrets.
      String command = source.path("executable").path("command").asText().strip();
      return "the program '" + command.replaceFirst("\\s.*", "") + "'";
    }
    if (source.has("url")) {
      return "'" + host(source.path("url").asText()) + "'";
    }
    return "the machine";
  }

  // The query of a CI server's address may be a secret.
  private static String host(String address) {
    try {
      return String.valueOf(URI.create(address).getHost());
    } catch (IllegalArgumentException e) {
      return "an address that is none";
    }
  }

  /** Everybody whom a condition chooses; which one, the pool's owner decides. */
  Optional<String> member() {
    return pool.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "principalSet://iam.googleapis.com/" + pool + "/attribute.repository/OWNER/REPOSITORY");
  }
}
