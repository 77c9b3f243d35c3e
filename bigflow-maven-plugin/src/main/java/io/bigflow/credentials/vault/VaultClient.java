// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bigflow.http.HttpAnswer;
import io.bigflow.http.HttpCall;
import io.bigflow.http.HttpConnector;
import io.bigflow.http.ProxyRefusal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Vault's HTTP API, as far as it takes to log in and to read a secret. TLS is always verified, and
 * redirects are not followed: the token is for this server alone. What Vault answers is never shown
 * or logged.
 *
 * @see <a href="https://developer.hashicorp.com/vault/api-docs">the API</a>
 */
final class VaultClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final List<Duration> PAUSES =
      List.of(Duration.ofMillis(500), Duration.ofSeconds(2));
  // What a header may hold: the client quotes a bad value in its exception.
  private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7e]{1,16384}");

  private final VaultEndpoint endpoint;
  private final Optional<String> namespace;
  private final HttpConnector http;
  private final List<Duration> pauses;

  VaultClient(
      VaultEndpoint endpoint,
      Optional<String> namespace,
      Optional<Path> certificates,
      ProxySelector proxies) {
    this(endpoint, namespace, certificates, proxies, PAUSES);
  }

  VaultClient(
      VaultEndpoint endpoint,
      Optional<String> namespace,
      Optional<Path> certificates,
      ProxySelector proxies,
      List<Duration> pauses) {
    this.endpoint = endpoint;
    this.namespace = namespace;
    this.pauses = List.copyOf(pauses);
    this.http = new HttpConnector(proxies, certificates.map(VaultTrust::in));
  }

  /** Reads a secret. */
  JsonNode read(String token, String path) throws VaultFailure {
    Map<String, String> headers = headers();
    headers.put("X-Vault-Token", requireHeader("the token of Vault", token));
    return send(new HttpCall("GET", endpoint.resolve(path), headers, null));
  }

  /** Writes something, and gives the answer. */
  JsonNode write(String path, Map<String, String> content) throws VaultFailure {
    Map<String, String> headers = headers();
    headers.put("Content-Type", "application/json");
    String body = JSON.valueToTree(content).toString();
    return send(new HttpCall("POST", endpoint.resolve(path), headers, body));
  }

  private Map<String, String> headers() throws VaultFailure {
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", "application/json");
    headers.put("X-Vault-Request", "true");
    if (namespace.isPresent()) {
      headers.put("X-Vault-Namespace", requireHeader("the namespace", namespace.get()));
    }
    return headers;
  }

  private static String requireHeader(String what, String value) throws VaultFailure {
    if (!HEADER.matcher(value).matches()) {
      throw new VaultFailure(
          0,
          what + " is empty or has characters that it cannot have",
          "Check where it comes from, often a line end was copied with it",
          "vault-denied");
    }
    return value;
  }

  private JsonNode send(HttpCall request) throws VaultFailure {
    for (Duration pause : pauses) {
      try {
        return attempt(request);
      } catch (VaultFailure e) {
        if (!mayPass(e.status())) {
          throw e;
        }
        sleep(pause);
      }
    }
    return attempt(request);
  }

  // A token that is used up by a first try that got lost is not sent again: only what the server
  // itself calls passing.
  private static boolean mayPass(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }

  private JsonNode attempt(HttpCall request) throws VaultFailure {
    HttpAnswer answer;
    try {
      answer = http.send(request, ANSWER);
    } catch (IOException e) {
      throw network(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VaultFailure(0, "interrupted", "Run the same command again", "vault-unreachable");
    }
    if (answer.status() != 200) {
      throw refused(answer);
    }
    try {
      @Nullable JsonNode json = JSON.readTree(answer.body());
      return json == null ? MissingNode.getInstance() : json;
    } catch (IOException e) {
      // The parser's text is left out: it quotes the answer.
      return MissingNode.getInstance();
    }
  }

  private VaultFailure refused(HttpAnswer answer) {
    int status = answer.status();
    if (status == 503) {
      return new VaultFailure(
          status,
          "Vault is sealed or not ready (503)",
          "Let its operators unseal it (vault status tells more), then run the same command again",
          "vault-unreachable");
    }
    if (status >= 300 && status < 400) {
      return new VaultFailure(
          status,
          "Vault redirects to '" + target(answer) + "' (" + status + "), where no token is sent",
          "Write the address of the active server into " + VaultEndpoint.PARAMETER,
          "vault-unreachable");
    }
    return new VaultFailure(
        status,
        "Vault answers " + status,
        status >= 500 || status == 429
            ? "Look into Vault's log, then run the same command again"
            : "Check " + VaultEndpoint.PARAMETER,
        "vault-unreachable");
  }

  private static String target(HttpAnswer answer) {
    try {
      URI target = answer.target();
      return target.getScheme() + "://" + target.getRawAuthority();
    } catch (IllegalArgumentException e) {
      return "an address that is none";
    }
  }

  private VaultFailure network(IOException failure) {
    String host = endpoint.authority();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProxyRefusal refusal) {
        return proxy(refusal);
      }
      if (cause instanceof SSLException) {
        return new VaultFailure(
            0,
            "the certificate of '" + host + "' is not trusted",
            "Name the PEM file of the authority that signed it with " + VaultTrust.PARAMETER,
            "certificate-not-trusted");
      }
      if (cause instanceof UnknownHostException) {
        return unreachable("the host '" + host + "' is unknown");
      }
    }
    if (failure instanceof SocketTimeoutException) {
      return unreachable("'" + host + "' did not answer in time");
    }
    return unreachable(
        failure instanceof ConnectException
            ? "'" + host + "' accepts no connection"
            : "the connection to '" + host + "' broke");
  }

  private static VaultFailure proxy(ProxyRefusal refusal) {
    String reason = String.valueOf(refusal.getMessage());
    return refusal.isAboutLogin()
        ? new VaultFailure(0, reason, refusal.fix(), "proxy-login")
        : unreachable(reason);
  }

  private static VaultFailure unreachable(String reason) {
    return new VaultFailure(
        0,
        reason,
        "Check "
            + VaultEndpoint.PARAMETER
            + ", the network and the <proxies> of settings.xml, then run the same command again",
        "vault-unreachable");
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
