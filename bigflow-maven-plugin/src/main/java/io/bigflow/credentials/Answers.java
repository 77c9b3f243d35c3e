// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.HttpResponseException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What the exceptions of Google's library tell. Their texts are read here and never passed on: they
 * quote answers of servers and the output of programs.
 */
final class Answers {

  private static final ObjectMapper JSON = new ObjectMapper();

  // RFC 6749 section 5.2 and the codes that Google adds.
  private static final Pattern CODE = Pattern.compile("[a-z_]{1,40}");
  // The library's own words for an error of RFC 6749.
  private static final Pattern LIBRARY =
      Pattern.compile("Error code ([A-Za-z_]{1,40})(?:: (.*))?", Pattern.DOTALL);
  private static final Pattern TUNNEL =
      Pattern.compile("Unable to tunnel through proxy\\. Proxy returns \"HTTP/[0-9.]+ ([0-9]{3})");

  private final List<Throwable> causes = new ArrayList<>();

  Answers(Throwable failure) {
    for (Throwable t = failure; t != null && !causes.contains(t); t = t.getCause()) {
      causes.add(t);
    }
  }

  /** An exception of this type among the causes. */
  <T> Optional<T> cause(Class<T> type) {
    return causes.stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  /** Whether the text of a cause begins so. */
  boolean says(String beginning) {
    return causes.stream().anyMatch(cause -> message(cause).startsWith(beginning));
  }

  /** The HTTP status that a server answered; 0 = none did, or the library does not tell. */
  int status() {
    return cause(HttpResponseException.class).map(HttpResponseException::getStatusCode).orElse(0);
  }

  /**
   * An error of RFC 6749.
   *
   * @param code for example {@code invalid_grant}; empty if the answer has none
   * @param details Google's words for it, in lower case: to be searched only
   */
  record OAuthError(String code, String details) {
    boolean mentions(String... words) {
      for (String word : words) {
        if (details.contains(word)) {
          return true;
        }
      }
      return false;
    }

    /** For messages: {@code (invalid_grant)}, with the blank before it. */
    String shown() {
      return code.isEmpty() ? "" : " (" + code + ")";
    }
  }

  /** The error that an OAuth server answered. */
  OAuthError oauthError() {
    JsonNode body = body();
    String code = body.path("error").asText("");
    String details =
        body.path("error_description").asText("") + " " + body.path("error_subtype").asText("");
    if (code.isEmpty()) {
      for (Throwable cause : causes) {
        Matcher library = LIBRARY.matcher(message(cause));
        if (library.matches()) {
          code = library.group(1);
          details = library.group(2) == null ? "" : library.group(2);
          break;
        }
      }
    }
    return new OAuthError(
        CODE.matcher(code).matches() ? code : "", details.toLowerCase(Locale.ROOT));
  }

  /** Whether the library has read an answer that names an error of RFC 6749. */
  boolean hasOAuthError() {
    return causes.stream().anyMatch(cause -> LIBRARY.matcher(message(cause)).matches());
  }

  /** The code that the library gives to the failure of a program. */
  Optional<String> programError() {
    return causes.stream()
        .filter(cause -> cause.getClass().getSimpleName().equals("PluggableAuthException"))
        .map(cause -> LIBRARY.matcher(message(cause)))
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst();
  }

  /**
   * An error of Google's APIs.
   *
   * @param reason for example {@code SERVICE_DISABLED}; empty if the answer has none
   * @param consumer the project that the request is counted for, as {@code projects/123}
   * @see <a href="https://cloud.google.com/apis/design/errors">the form</a>
   */
  record ApiError(int status, String reason, String consumer) {}

  /** The error that one of Google's APIs answered; status 0 if none did. */
  ApiError apiError() {
    String reason = "";
    String consumer = "";
    for (JsonNode detail : body().path("error").path("details")) {
      if (detail.path("@type").asText().endsWith("google.rpc.ErrorInfo")) {
        reason = detail.path("reason").asText();
        consumer = detail.path("metadata").path("consumer").asText();
      }
    }
    return new ApiError(status(), reason, consumer);
  }

  private JsonNode body() {
    Optional<String> content =
        cause(HttpResponseException.class)
            .flatMap(answer -> Optional.ofNullable(answer.getContent()));
    try {
      return JSON.readTree(content.orElse("{}"));
    } catch (JsonProcessingException e) {
      // A proxy's page or the like.
      return JSON.createObjectNode();
    }
  }

  /**
   * The failure of the network, if it is one.
   *
   * @param host who was asked, for example {@code oauth2.googleapis.com}
   */
  Optional<Refusal> network(String host) {
    for (Throwable cause : causes) {
      Matcher tunnel = TUNNEL.matcher(message(cause));
      if (tunnel.find()) {
        return Optional.of(proxy(tunnel.group(1)));
      }
    }
    if (cause(SSLException.class).isPresent()) {
      return Optional.of(
          new Refusal(
              "the certificate of '" + host + "' is not trusted",
              "If a proxy or a certificate authority of your own stands between, let Java trust it:"
                  + " write -Djavax.net.ssl.trustStore=FILE into .mvn/jvm.config",
              "certificate-not-trusted"));
    }
    if (cause(UnknownHostException.class).isPresent()) {
      return Optional.of(unreachable("the host '" + host + "' is unknown"));
    }
    if (cause(ConnectException.class).isPresent()
        || cause(NoRouteToHostException.class).isPresent()) {
      return Optional.of(unreachable("'" + host + "' accepts no connection"));
    }
    if (cause(SocketTimeoutException.class).isPresent()) {
      return Optional.of(unreachable("'" + host + "' did not answer in time"));
    }
    if (cause(SocketException.class).isPresent()) {
      return Optional.of(unreachable("the connection to '" + host + "' broke"));
    }
    return Optional.empty();
  }

  /** A proxy that lets nobody through. */
  static Refusal proxy(String status) {
    if (status.equals("407")) {
      return new Refusal(
          "the proxy asks for a login (407)",
          "Add <username> and <password> to the <proxy> in settings.xml",
          "proxy-login");
    }
    return new Refusal(
        "the proxy lets no connection through (" + status + ")",
        "Check the <proxies> of settings.xml, and that the proxy lets Google's hosts pass",
        "google-unreachable");
  }

  private static Refusal unreachable(String reason) {
    return new Refusal(
        reason,
        "Check the network and the <proxies> of settings.xml, then run the same command again",
        "google-unreachable");
  }

  /** A server that fails or does not speak as agreed. */
  Refusal unexpected(String host) {
    int status = status();
    if (status == 407) {
      return proxy("407");
    }
    if (status > 0) {
      return new Refusal(
          "'" + host + "' answers " + status + oauthError().shown(),
          "Run the same command again in some minutes; if it stays so, check what stands between"
              + " this machine and Google",
          "google-unreachable");
    }
    return new Refusal(
        "the answer of '" + host + "' cannot be understood",
        "Check what stands between this machine and Google, for example a proxy with a login page",
        "google-unreachable");
  }

  private static String message(Throwable cause) {
    @Nullable String message = cause.getMessage();
    return message == null ? "" : message;
  }
}
