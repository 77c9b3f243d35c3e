// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A registry in this process: the parts of the OCI distribution specification that a push and a
 * pull need, with Basic or Bearer authentication, failures on demand, and a log of the requests.
 *
 * <p>It listens on the loopback interface and speaks plain HTTP. A client that greets it with TLS
 * gets the answer of a real plain registry at once; the JDK's server alone would keep it waiting.
 */
public final class FakeRegistry implements AutoCloseable {

  private static final Pattern ROUTE =
      Pattern.compile("/v2/(.+?)/(manifests|blobs/uploads|blobs|tags)/?([^/]*)");
  private static final int TLS_HANDSHAKE = 0x16;

  private final HttpServer server;
  private final ServerSocket front;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, Manifest> manifests = new ConcurrentHashMap<>();
  private final Map<String, String> tags = new ConcurrentHashMap<>();
  private final Map<String, ByteArrayOutputStream> uploads = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger counter = new AtomicInteger();
  private volatile Auth auth = Auth.NONE;
  private volatile String user = "";
  private volatile String password = "";
  private volatile boolean corruptManifests;

  /** How clients must log in. */
  public enum Auth {
    /** Everybody may do everything. */
    NONE,
    /** User and password with each request. */
    BASIC,
    /** A token, which a second endpoint gives for user and password. */
    BEARER
  }

  /**
   * A request that arrived.
   *
   * @param method GET, HEAD, POST, PATCH or PUT
   * @param path with the query
   * @param authorized whether it carried credentials; which, is never kept
   * @param status what was answered
   */
  public record Request(String method, String path, boolean authorized, int status) {
    @Override
    public String toString() {
      return method + " " + path + " " + status;
    }
  }

  private static final class Manifest {
    final String mediaType;
    final byte[] content;

    Manifest(String mediaType, byte[] content) {
      this.mediaType = mediaType;
      this.content = content;
    }
  }

  private static final class Failure {
    final Predicate<String> request;
    final int status;
    final String body;
    final AtomicInteger left;

    Failure(Predicate<String> request, int status, String body, int times) {
      this.request = request;
      this.status = status;
      this.body = body;
      this.left = new AtomicInteger(times);
    }
  }

  private FakeRegistry() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    front = new ServerSocket(0, 50, loopback);
    threads.execute(this::accept);
  }

  /** Starts a registry that lets everybody in. */
  public static FakeRegistry start() {
    try {
      return new FakeRegistry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on clients must log in. */
  public FakeRegistry requiring(Auth way, String userName, String secret) {
    auth = way;
    user = userName;
    password = secret;
    return this;
  }

  /**
   * The next requests are answered with a failure.
   *
   * @param request the method, a blank, and the beginning of the path, for example {@code PUT
   *     /v2/demo/manifests}
   * @param status the status
   * @param times how many requests; {@link Integer#MAX_VALUE} = all
   */
  public FakeRegistry failing(String request, int status, int times) {
    return failing(request, status, times, "DENIED", "scripted failure");
  }

  /** As above, with an error code and a message of the specification. */
  public FakeRegistry failing(String request, int status, int times, String code, String message) {
    String body = "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}";
    failures.add(new Failure(line -> line.startsWith(request), status, body, times));
    return this;
  }

  /** Ends all scripted failures. */
  public FakeRegistry healthy() {
    failures.clear();
    return this;
  }

  /** From now on the registry stores other manifests than it was given. */
  public FakeRegistry corruptingManifests() {
    corruptManifests = true;
    return this;
  }

  /** {@code 127.0.0.1:port}. */
  public String host() {
    return "127.0.0.1:" + front.getLocalPort();
  }

  /** A repository of this registry, as images are named. */
  public String repository(String name) {
    return host() + "/" + name;
  }

  /** What arrived so far. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The requests that change something. */
  public List<Request> writes() {
    return requests.stream()
        .filter(request -> !request.method().equals("GET") && !request.method().equals("HEAD"))
        .toList();
  }

  /** Forgets the requests. */
  public void clearRequests() {
    requests.clear();
  }

  /** The digest that a tag means. */
  public Optional<String> digestOf(String repository, String tag) {
    return Optional.ofNullable(tags.get(repository + ":" + tag));
  }

  /** Digests of all stored blobs. */
  public Set<String> blobs() {
    return Set.copyOf(blobs.keySet());
  }

  /** The content of a manifest. */
  public Optional<byte[]> manifest(String repository, String digest) {
    Manifest manifest = manifests.get(repository + "@" + digest);
    return manifest == null ? Optional.empty() : Optional.of(manifest.content.clone());
  }

  /** Puts a tag on a manifest, as somebody else would. */
  public String putManifest(String repository, String tag, String mediaType, String json) {
    byte[] content = json.getBytes(StandardCharsets.UTF_8);
    String digest = sha256(content);
    manifests.put(repository + "@" + digest, new Manifest(mediaType, content));
    tags.put(repository + ":" + tag, digest);
    return digest;
  }

  @Override
  public void close() {
    try {
      front.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.stop(0);
    threads.shutdownNow();
  }

  // ---- in front of the server

  private void accept() {
    while (!front.isClosed()) {
      try {
        Socket client = front.accept();
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException e) {
        return; // The registry was closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = client.getInputStream();
      int first = in.read();
      if (first == TLS_HANDSHAKE) {
        client
            .getOutputStream()
            .write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        in.transferTo(OutputStream.nullOutputStream());
      } else if (first >= 0) {
        pipe(client, in, first);
      }
    } catch (IOException e) {
      // The client went away; nothing is lost.
    }
  }

  private void pipe(Socket client, InputStream in, int first) throws IOException {
    try (Socket inner =
        new Socket(server.getAddress().getAddress(), server.getAddress().getPort())) {
      inner.setTcpNoDelay(true);
      OutputStream toServer = inner.getOutputStream();
      toServer.write(first);
      threads.execute(
          () -> {
            try {
              in.transferTo(toServer);
              inner.shutdownOutput();
            } catch (IOException e) {
              // The connection has ended on the other side.
            }
          });
      inner.getInputStream().transferTo(client.getOutputStream());
    }
  }

  // ---- the specification

  private void handle(HttpExchange exchange) throws IOException {
    String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      for (Failure failure : failures) {
        if (failure.request.test(line) && failure.left.getAndDecrement() > 0) {
          answer(exchange, failure.status, "application/json", failure.body);
          return;
        }
      }
      if (exchange.getRequestURI().getPath().equals("/token")) {
        token(exchange);
      } else if (!mayEnter(exchange)) {
        challenge(exchange);
      } else {
        route(exchange, body);
      }
    } finally {
      exchange.close();
    }
  }

  private boolean mayEnter(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    return switch (auth) {
      case NONE -> true;
      case BASIC -> basic().equals(header);
      case BEARER -> ("Bearer " + bearer()).equals(header);
    };
  }

  private String basic() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private String bearer() {
    return sha256((user + ":" + password).getBytes(StandardCharsets.UTF_8)).substring(7);
  }

  private void challenge(HttpExchange exchange) throws IOException {
    exchange
        .getResponseHeaders()
        .set(
            "WWW-Authenticate",
            auth == Auth.BASIC
                ? "Basic realm=\"fake\""
                : "Bearer realm=\"http://" + host() + "/token\",service=\"fake\"");
    answer(
        exchange,
        401,
        "application/json",
        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}");
  }

  private void token(HttpExchange exchange) throws IOException {
    if (basic().equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      answer(exchange, 200, "application/json", "{\"token\":\"" + bearer() + "\"}");
    } else {
      answer(exchange, 401, "application/json", "{\"details\":\"incorrect username or password\"}");
    }
  }

  private void route(HttpExchange exchange, byte[] body) throws IOException {
    Matcher route = ROUTE.matcher(exchange.getRequestURI().getPath());
    if (!route.matches()) {
      answer(exchange, 200, "application/json", "{}");
      return;
    }
    String repository = route.group(1);
    String reference = route.group(3);
    switch (route.group(2)) {
      case "manifests" -> manifests(exchange, repository, reference, body);
      case "blobs/uploads" -> uploads(exchange, repository, reference, body);
      case "blobs" -> blob(exchange, reference);
      default -> answer(exchange, 404, "application/json", error("UNSUPPORTED"));
    }
  }

  private void manifests(HttpExchange exchange, String repository, String reference, byte[] body)
      throws IOException {
    if (exchange.getRequestMethod().equals("PUT")) {
      byte[] content = body;
      if (corruptManifests) {
        content = (new String(body, StandardCharsets.UTF_8) + " ").getBytes(StandardCharsets.UTF_8);
      }
      String digest = sha256(content);
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      manifests.put(repository + "@" + digest, new Manifest(type, content));
      if (!reference.startsWith("sha256:")) {
        tags.put(repository + ":" + reference, digest);
      }
      exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
      answer(exchange, 201, "application/json", "");
      return;
    }
    String digest =
        reference.startsWith("sha256:") ? reference : tags.get(repository + ":" + reference);
    Manifest manifest = digest == null ? null : manifests.get(repository + "@" + digest);
    if (manifest == null) {
      answer(exchange, 404, "application/json", error("MANIFEST_UNKNOWN"));
      return;
    }
    exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
    answer(exchange, 200, manifest.mediaType, manifest.content);
  }

  private void uploads(HttpExchange exchange, String repository, String id, byte[] body)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    switch (exchange.getRequestMethod()) {
      case "POST" -> {
        String upload = "upload-" + counter.incrementAndGet();
        uploads.put(upload, new ByteArrayOutputStream());
        headers.set("Location", "/v2/" + repository + "/blobs/uploads/" + upload);
        answer(exchange, 202, "text/plain", "");
      }
      case "PATCH" -> {
        upload(id).writeBytes(body);
        headers.set("Location", "/v2/" + repository + "/blobs/uploads/" + id);
        answer(exchange, 202, "text/plain", "");
      }
      case "PUT" -> {
        ByteArrayOutputStream upload = upload(id);
        upload.writeBytes(body);
        String wanted = digestParameter(exchange);
        String digest = sha256(upload.toByteArray());
        if (digest.equals(wanted)) {
          blobs.put(digest, upload.toByteArray());
          answer(exchange, 201, "text/plain", "");
        } else {
          answer(exchange, 400, "application/json", error("DIGEST_INVALID"));
        }
      }
      default -> answer(exchange, 405, "application/json", error("UNSUPPORTED"));
    }
  }

  private ByteArrayOutputStream upload(String id) throws IOException {
    ByteArrayOutputStream upload = uploads.get(id);
    if (upload == null) {
      throw new IOException("no upload " + id);
    }
    return upload;
  }

  private static @Nullable String digestParameter(HttpExchange exchange) {
    Matcher digest =
        Pattern.compile("digest=(sha256:[0-9a-f]{64})")
            .matcher("" + exchange.getRequestURI().getQuery());
    return digest.find() ? digest.group(1) : null;
  }

  private void blob(HttpExchange exchange, String digest) throws IOException {
    byte[] content = blobs.get(digest);
    if (content == null) {
      answer(exchange, 404, "application/json", error("BLOB_UNKNOWN"));
    } else {
      answer(exchange, 200, "application/octet-stream", content);
    }
  }

  private static String error(String code) {
    return "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + code + "\"}]}";
  }

  private void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    answer(exchange, status, type, body.getBytes(StandardCharsets.UTF_8));
  }

  private void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    requests.add(
        new Request(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders().containsKey("Authorization"),
            status));
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + body.length);
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
