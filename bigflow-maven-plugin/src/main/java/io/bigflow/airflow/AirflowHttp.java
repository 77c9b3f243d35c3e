// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.http.HttpAnswer;
import io.bigflow.http.HttpCall;
import io.bigflow.http.HttpConnector;
import io.bigflow.http.ProxyRefusal;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * JSON to and from one Airflow: credentials, retries, and every failure in the words of {@link
 * AirflowProblems}. Redirects are not followed: the credentials are for this host alone. What a
 * server sends is never shown or logged.
 */
final class AirflowHttp {
  private static final ObjectMapper JSON = new ObjectMapper();
  // RFC 6750, and what a header may hold: the client quotes a bad value in its exception.
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,16384}");

  private static final String JSON_TYPE = "application/json";

  /** What Airflow says of a change that it does not make, with a reason worth telling. */
  private static final Set<Integer> REFUSALS = Set.of(400, 404, 409, 422);

  private static final int LONGEST_DETAIL = 400;

  private final URI base;
  private final AirflowLogin login;
  private final HttpConnector client;
  private final Retries retries;
  private final Timer timer;
  private final Progress progress;
  private final AirflowProblems problems;
  private volatile boolean givesTokens;
  private volatile @Nullable String token;

  AirflowHttp(
      URI base,
      AirflowLogin login,
      ProxySelector proxies,
      Retries retries,
      Timer timer,
      Progress progress) {
    this.base = base;
    this.login = login;
    this.retries = retries;
    this.timer = timer;
    this.progress = progress;
    this.problems = new AirflowProblems(base, login);
    this.client = new HttpConnector(proxies, Optional.empty());
  }

  AirflowProblems problems() {
    return problems;
  }

  /** From now on a user's password is not sent with each request, but changed for a token. */
  void givesTokens() {
    givesTokens = true;
  }

  /**
   * Reads something that is there.
   *
   * @param action for messages: {@code read the DAGs}
   * @param path below the address, with the query
   */
  JsonNode get(String action, String path) {
    return find(action, path)
        .orElseThrow(() -> problems.missing(action, new Call("GET", path, null).shown(base)));
  }

  /** Reads something that may not be there. */
  Optional<JsonNode> find(String action, String path) {
    return authorized(action, new Call("GET", path, null));
  }

  /** Asks a question that is too long for an address. Changes nothing, so it may be repeated. */
  JsonNode ask(String action, String path, Map<String, ?> question) {
    Call call = new Call("POST", path, question);
    return authorized(action, call).orElseThrow(() -> problems.missing(action, call.shown(base)));
  }

  /** Reads something that is text and may not be there. */
  Optional<String> text(String action, String path) {
    Call call = new Call("GET", path, null);
    Exchange exchange = exchange(action, call, "text/plain");
    requireExpected(action, call, exchange.answer());
    return exchange.answer().status() == 404
        ? Optional.empty()
        : Optional.of(new String(exchange.answer().body(), StandardCharsets.UTF_8));
  }

  /**
   * Changes something. A request whose answer is lost is sent again, so the change must be one that
   * Airflow does not carry out twice.
   */
  Change change(String action, String method, String path, Map<String, ?> body) {
    Call call = new Call(method, path, body);
    Exchange exchange = exchange(action, call, JSON_TYPE);
    HttpAnswer answer = exchange.answer();
    if (REFUSALS.contains(answer.status())) {
      return new Change(answer.status(), null, detail(answer), exchange.attempts() > 1);
    }
    return new Change(
        answer.status(), content(action, call, answer).orElse(null), "", exchange.attempts() > 1);
  }

  /**
   * What became of a change.
   *
   * @param json what is there now; null if Airflow refused
   * @param detail why Airflow refused, on one line without control characters; often empty
   * @param repeated whether the request was sent more than once
   */
  record Change(int status, @Nullable JsonNode json, String detail, boolean repeated) {}

  /** The reason that Airflow gives, its first paragraph: what follows repeats it. */
  private static String detail(HttpAnswer answer) {
    JsonNode detail;
    try {
      detail = JSON.readTree(answer.body()).path("detail");
    } catch (IOException e) {
      return ""; // Not Airflow's, so not for everybody's eyes.
    }
    String text = detail.asText();
    if (detail.isArray()) {
      StringBuilder all = new StringBuilder();
      for (JsonNode one : detail) {
        JsonNode place = one.path("loc");
        all.append(all.length() == 0 ? "" : ", ")
            .append(place.path(place.size() - 1).asText())
            .append(": ")
            .append(one.path("msg").asText());
      }
      text = all.toString();
    }
    String line = LogText.safe(text.replaceFirst("(?s)\n\n.*", "").replaceAll("\\s+", " ")).strip();
    return line.length() > LONGEST_DETAIL ? line.substring(0, LONGEST_DETAIL) + "…" : line;
  }

  /**
   * A request.
   *
   * @param body sent as JSON; null = none
   */
  private record Call(String method, String path, @Nullable Object body) {

    /** As messages show it: without the query and without the body. */
    String shown(URI base) {
      return method + " " + base + path.replaceFirst("\\?.*", "");
    }
  }

  private Optional<JsonNode> authorized(String action, Call call) {
    return content(action, call, exchange(action, call, JSON_TYPE).answer());
  }

  private Exchange exchange(String action, Call call, String accepted) {
    boolean hadToken = token != null;
    Exchange exchange = send(action, call, accepted, authorization(action));
    int status = exchange.answer().status();
    // A token ends some day; Airflow 3 says 401 for an old one and 403 for one whose key is gone.
    if (hadToken && (status == 401 || status == 403)) {
      token = null;
      return send(action, call, accepted, authorization(action));
    }
    return exchange;
  }

  /**
   * An answer.
   *
   * @param attempts how often the request was sent for it
   */
  private record Exchange(HttpAnswer answer, int attempts) {}

  private synchronized @Nullable String authorization(String action) {
    if (login instanceof AirflowLogin.Bearer bearer) {
      return "Bearer " + usable(action, bearer.token().get());
    }
    if (login instanceof AirflowLogin.IdToken id) {
      return "Bearer " + usable(action, id.token().get());
    }
    if (login instanceof AirflowLogin.UserAndPassword user) {
      if (givesTokens) {
        String known = token;
        if (known == null) {
          known = tokenFor(user);
          token = known;
        }
        return "Bearer " + known;
      }
      String pair = user.user() + ":" + user.password();
      return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
    return null;
  }

  private String usable(String action, String candidate) {
    if (!TOKEN.matcher(candidate).matches()) {
      throw problems.unusableToken(action);
    }
    return candidate;
  }

  private String tokenFor(AirflowLogin.UserAndPassword user) {
    String action = "log in to the API";
    Call call =
        new Call(
            "POST", "/auth/token", Map.of("username", user.user(), "password", user.password()));
    JsonNode answer =
        content(action, call, send(action, call, JSON_TYPE, null).answer())
            .orElseThrow(() -> problems.missing(action, call.shown(base)));
    return usable(action, answer.path("access_token").asText());
  }

  private void requireExpected(String action, Call call, HttpAnswer answer) {
    int status = answer.status();
    String shown = call.shown(base);
    if (status == 404) {
      return;
    }
    if (status == 401 || status == 403) {
      throw problems.denied(action, shown, status);
    }
    if (status >= 300 && status < 400) {
      throw problems.redirected(action, shown, status, target(answer));
    }
    if (isPassing(status)) {
      throw problems.busy(action, shown, status);
    }
    if (status < 200 || status >= 400) {
      throw problems.refused(action, shown, status);
    }
  }

  private Optional<JsonNode> content(String action, Call call, HttpAnswer answer) {
    requireExpected(action, call, answer);
    if (answer.status() == 404) {
      return Optional.empty();
    }
    String type = answer.header("Content-Type");
    try {
      JsonNode json = JSON.readTree(answer.body());
      if (json != null && json.isObject()) {
        return Optional.of(json);
      }
    } catch (IOException e) {
      // Said below: what was sent does not matter, and may not be for everybody's eyes.
    }
    throw problems.garbage(action, call.shown(base), type.replaceFirst(";.*", "").strip());
  }

  private Exchange send(String action, Call call, String accepted, @Nullable String authorization) {
    HttpCall request = request(call, accepted, authorization);
    long start = timer.nanoTime();
    for (int attempt = 1; ; attempt++) {
      boolean isLast = attempt >= retries.attempts();
      Duration pause = retries.pauseAfter(attempt);
      try {
        HttpAnswer answer = client.send(request, retries.exchange());
        Duration asked = retryAfter(answer);
        pause = asked.compareTo(pause) > 0 ? asked : pause;
        if (!isPassing(answer.status()) || isLast || isOver(start, pause)) {
          return new Exchange(answer, attempt);
        }
        tell("status " + answer.status());
      } catch (IOException e) {
        if (isLast || !isPassing(e) || isOver(start, pause)) {
          throw e instanceof ProxyRefusal refusal && refusal.isAboutLogin()
              ? problems.proxyDenied(action, call.shown(base), refusal)
              : problems.unreachable(action, call.shown(base), e);
        }
        tell(e.getClass().getSimpleName());
      } catch (InterruptedException e) {
        throw stopped(action, e);
      }
      try {
        timer.sleep(pause);
      } catch (InterruptedException e) {
        throw stopped(action, e);
      }
    }
  }

  private BigflowException stopped(String action, InterruptedException e) {
    Thread.currentThread().interrupt();
    return problems.interrupted(action, e);
  }

  private boolean isOver(long start, Duration pause) {
    return timer.nanoTime() - start + pause.toNanos() > retries.total().toNanos();
  }

  private void tell(String why) {
    progress.detail(
        "Airflow: an attempt failed, " + why + "; there are at most " + retries.attempts());
  }

  private HttpCall request(Call call, String accepted, @Nullable String authorization) {
    URI uri = URI.create(base + call.path());
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", accepted);
    if (authorization != null) {
      headers.put("Authorization", authorization);
    }
    if (call.body() == null) {
      return new HttpCall(call.method(), uri, headers, null);
    }
    headers.put("Content-Type", "application/json");
    try {
      return new HttpCall(call.method(), uri, headers, JSON.writeValueAsString(call.body()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not JSON: the body of " + call.shown(base));
    }
  }

  private Duration retryAfter(HttpAnswer answer) {
    String seconds = answer.header("Retry-After");
    if (!seconds.matches("\\d{1,6}")) {
      return Duration.ZERO;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
    return asked.compareTo(retries.longest()) > 0 ? retries.longest() : asked;
  }

  private static boolean isPassing(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }

  /** A wrong name or certificate does not mend itself; a refused connection may be a restart. */
  private static boolean isPassing(IOException failure) {
    if (failure instanceof ProxyRefusal refusal) {
      return isPassing(refusal.status());
    }
    Throwable cause = failure;
    for (int i = 0; i < 20 && cause != null; i++) {
      if (cause instanceof SSLException || cause instanceof UnknownHostException) {
        return false;
      }
      cause = cause.getCause();
    }
    return true;
  }

  private static String target(HttpAnswer answer) {
    try {
      URI target = answer.target();
      return target.getScheme()
          + "://"
          + target.getHost()
          + (target.getPort() < 0 ? "" : ":" + target.getPort())
          + target.getRawPath();
    } catch (IllegalArgumentException e) {
      return "an address that is none";
    }
  }
}
