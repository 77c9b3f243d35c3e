// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Vault on 127.0.0.1 with a certificate of {@link TestCertificates}: logins by AppRole, JWT and
 * Kubernetes, and secrets. Tokens that were given to a login end when a test says so.
 */
public final class FakeVault implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A request that arrived.
   *
   * @param token what was in X-Vault-Token; empty = nothing
   */
  public record Request(String method, String path, String token, String namespace, String body) {
    /** Without secrets. */
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private record Answer(int status, String location, String body) {}

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, String> logins = new ConcurrentHashMap<>();
  private final Map<String, Boolean> tokens = new ConcurrentHashMap<>();
  private final Map<String, Supplier<String>> secrets = new ConcurrentHashMap<>();
  private final Map<String, Answer> scripted = new ConcurrentHashMap<>();
  private final AtomicInteger counter = new AtomicInteger();
  private volatile long lease = 3600;
  private volatile int echo;

  private FakeVault() throws IOException {
    server =
        HttpsServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(TestCertificates.get().server()));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Starts an empty Vault. */
  public static FakeVault start() {
    try {
      return new FakeVault();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code https://127.0.0.1:port}. */
  public String address() {
    return "https://" + authority();
  }

  /** {@code 127.0.0.1:port}. */
  public String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** A token that is accepted. */
  public FakeVault token(String value) {
    tokens.put(value, true);
    return this;
  }

  /** A token that is accepted, but whose policy allows nothing. */
  public FakeVault powerlessToken(String value) {
    tokens.put(value, false);
    return this;
  }

  /** A login that is accepted: {@code auth/MOUNT/login} with two fields. */
  public FakeVault login(String mount, String... fieldsAndValues) {
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      logins.put(mount + " " + fieldsAndValues[i], fieldsAndValues[i + 1]);
    }
    return this;
  }

  /** How many seconds a login says that it lasts; 0 = for ever. */
  public FakeVault lease(long seconds) {
    lease = seconds;
    return this;
  }

  /** Ends all tokens. */
  public FakeVault revokeAll() {
    tokens.clear();
    return this;
  }

  /** What can be read at a path: the value of {@code data} as JSON. */
  public FakeVault secret(String path, Supplier<String> data) {
    secrets.put(path, data);
    return this;
  }

  /** All requests to a path are answered in this way from now on. */
  public FakeVault answering(String path, int status, String body) {
    scripted.put(path, new Answer(status, "", body));
    return this;
  }

  /** All requests are answered with an error that quotes everything they hold. */
  public FakeVault echoing(int status) {
    echo = status;
    return this;
  }

  /** All requests to a path are led elsewhere. */
  public FakeVault redirecting(String path, String location) {
    scripted.put(path, new Answer(307, location, ""));
    return this;
  }

  /** What arrived so far. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().toString().replaceFirst("^/v1/", "");
      Request request =
          new Request(
              exchange.getRequestMethod(),
              path,
              header(exchange, "X-Vault-Token"),
              header(exchange, "X-Vault-Namespace"),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      requests.add(request);
      Answer answer = scripted.get(path);
      if (echo > 0) {
        answer = errors(echo, request.token() + " " + request.path() + " " + request.body());
      } else if (answer == null) {
        answer = answer(request);
      }
      if (!answer.location().isEmpty()) {
        exchange.getResponseHeaders().set("Location", answer.location());
      }
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private Answer answer(Request request) throws IOException {
    if (request.path().startsWith("auth/") && request.path().endsWith("/login")) {
      String mount = request.path().replaceFirst("^auth/", "").replaceFirst("/login$", "");
      return logIn(mount, JSON.readTree(request.body()));
    }
    if (!tokens.containsKey(request.token())) {
      return errors(403, "permission denied, invalid token " + request.token());
    }
    if (request.path().equals("auth/token/lookup-self")) {
      return new Answer(200, "", "{\"data\":{\"id\":\"" + request.token() + "\"}}");
    }
    if (!tokens.get(request.token())) {
      return errors(403, "permission denied");
    }
    Supplier<String> secret = secrets.get(request.path());
    return secret == null
        ? new Answer(404, "", "{\"errors\":[]}")
        : new Answer(200, "", "{\"lease_duration\":2764800,\"data\":" + secret.get() + "}");
  }

  private Answer logIn(String mount, JsonNode body) throws IOException {
    Map<String, String> expected = new LinkedHashMap<>();
    logins.forEach(
        (key, value) -> {
          if (key.startsWith(mount + " ")) {
            expected.put(key.substring(mount.length() + 1), value);
          }
        });
    if (expected.isEmpty()) {
      // As the real one: strangers are not told where nothing is.
      return errors(403, "permission denied");
    }
    for (Map.Entry<String, String> field : expected.entrySet()) {
      JsonNode sent = body == null ? MissingNode.getInstance() : body.path(field.getKey());
      if (!sent.asText().equals(field.getValue())) {
        return errors(400, "invalid " + field.getKey() + " '" + sent.asText() + "'");
      }
    }
    String token = "hvs.login-" + counter.incrementAndGet();
    token(token);
    return new Answer(
        200,
        "",
        JSON.writeValueAsString(
            Map.of(
                "auth",
                Map.of("client_token", token, "lease_duration", lease, "renewable", true))));
  }

  // Quotes what it was sent, to see whether a client passes that on.
  private static Answer errors(int status, String message) throws IOException {
    return new Answer(status, "", JSON.writeValueAsString(Map.of("errors", List.of(message))));
  }
}
