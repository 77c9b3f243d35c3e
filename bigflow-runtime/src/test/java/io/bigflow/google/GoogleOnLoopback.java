// SPDX-License-Identifier: Apache-2.0
package io.bigflow.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Google for another JVM: a proxy on loopback that leads Google's host names to a server with a
 * certificate of its own. The JVM under test runs what it runs in Composer and is told of it by the
 * options of every Java, for a proxy and for trusted certificates.
 */
public final class GoogleOnLoopback implements AutoCloseable {
  /** The service account whose key {@link #writeKey} makes. */
  public static final String POD = "composer@ops.iam.gserviceaccount.com";

  /** The token of that account. */
  public static final String TOKEN_OF_POD = "ya29.token-of-the-pod";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "changeit";
  private static final String TOKENS = "oauth2.googleapis.com";
  private static final String IAM = "iamcredentials.googleapis.com";
  private static final Pattern GENERATE =
      Pattern.compile("/v1/projects/-/serviceAccounts/([^/:]+):generateAccessToken");

  /** A request for the token of another account. */
  public record TokenRequest(String account, @Nullable String authorization, JsonNode body) {}

  private final Map<String, HttpHandler> hosts = new ConcurrentHashMap<>();
  private final List<Map<String, String>> ownTokens = new CopyOnWriteArrayList<>();
  private final List<TokenRequest> otherTokens = new CopyOnWriteArrayList<>();
  private final List<String> refusedHosts = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path certificate;
  private final HttpsServer server;
  private final ServerSocket proxy;
  private volatile int refusal;
  private volatile String refusalBody = "";

  /**
   * Starts.
   *
   * @param folder takes the certificate
   * @param services other hosts with what they answer, for example {@code bigquery.googleapis.com}
   */
  public GoogleOnLoopback(Path folder, Map<String, HttpHandler> services) throws Exception {
    hosts.putAll(services);
    hosts.put(TOKENS, this::ownToken);
    hosts.put(IAM, this::otherToken);
    certificate = folder.resolve("google.p12");
    makeCertificate();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls()));
    server.setExecutor(threads);
    server.createContext("/", this::dispatch);
    server.start();
    proxy = new ServerSocket(0, 50, loopback);
    threads.execute(this::acceptAll);
  }

  /** What makes a JVM take this for Google. */
  public List<String> jvmOptions() {
    return List.of(
        "-Dhttps.proxyHost=127.0.0.1",
        "-Dhttps.proxyPort=" + proxy.getLocalPort(),
        "-Djavax.net.ssl.trustStore=" + certificate,
        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  /** A key file of {@link #POD}, for {@code GOOGLE_APPLICATION_CREDENTIALS}. */
  public static Path writeKey(Path folder) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    Path file = folder.resolve("key.json");
    JSON.writeValue(
        file.toFile(),
        Map.of(
            "type",
            "service_account",
            "client_email",
            POD,
            "client_id",
            "1",
            "private_key_id",
            "k1",
            "private_key",
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n",
            "token_uri",
            "https://" + TOKENS + "/token"));
    return file;
  }

  /** Every further request for the token of another account is refused. */
  public void refuse(int status, String body) {
    refusalBody = body;
    refusal = status;
  }

  /** The payloads of the assertions with which accounts asked for tokens of their own. */
  public List<Map<String, String>> ownTokens() {
    return List.copyOf(ownTokens);
  }

  /** The requests for tokens of other accounts. */
  public List<TokenRequest> otherTokens() {
    return List.copyOf(otherTokens);
  }

  /** Hosts that are not here, but were asked for. */
  public List<String> refusedHosts() {
    return List.copyOf(refusedHosts);
  }

  /** The token that is given for an account. */
  public static String tokenOf(String account) {
    return "ya29.token-of-" + account;
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void dispatch(HttpExchange exchange) throws IOException {
    String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
    HttpHandler handler = hosts.get(host.replaceFirst(":\\d+$", ""));
    if (handler == null) {
      answer(exchange, 404, "{}");
    } else {
      handler.handle(exchange);
    }
  }

  private void ownToken(HttpExchange exchange) throws IOException {
    Map<String, String> form = new HashMap<>();
    for (String pair : new String(body(exchange), StandardCharsets.UTF_8).split("&", -1)) {
      String[] parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    String payload = String.valueOf(form.get("assertion")).split("\\.", -1)[1];
    JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(payload));
    ownTokens.add(
        Map.of("iss", claims.path("iss").asText(), "scope", claims.path("scope").asText()));
    answer(
        exchange,
        200,
        JSON.writeValueAsString(
            Map.of("access_token", TOKEN_OF_POD, "expires_in", 3600, "token_type", "Bearer")));
  }

  private void otherToken(HttpExchange exchange) throws IOException {
    Matcher path = GENERATE.matcher(exchange.getRequestURI().getPath());
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] body = body(exchange);
    if (!path.matches() || !("Bearer " + TOKEN_OF_POD).equals(authorization)) {
      answer(exchange, path.matches() ? 401 : 404, "{}");
      return;
    }
    otherTokens.add(new TokenRequest(path.group(1), authorization, JSON.readTree(body)));
    if (refusal != 0) {
      answer(exchange, refusal, refusalBody);
      return;
    }
    answer(
        exchange,
        200,
        JSON.writeValueAsString(
            Map.of(
                "accessToken",
                tokenOf(path.group(1)),
                "expireTime",
                Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.SECONDS).toString())));
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream plain =
        zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return plain.readAllBytes();
    }
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private void acceptAll() {
    while (!proxy.isClosed()) {
      try {
        Socket client = proxy.accept();
        threads.execute(() -> connect(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try (client) {
      // Byte by byte, so that nothing of what follows the header is taken away.
      BufferedReader header =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1), 1);
      String request = String.valueOf(header.readLine());
      for (String line = header.readLine(); line != null && !line.isEmpty(); ) {
        line = header.readLine();
      }
      String host = request.replaceFirst("^CONNECT ([^ :]+):443 .*$", "$1");
      OutputStream out = client.getOutputStream();
      if (!hosts.containsKey(host)) {
        refusedHosts.add(host);
        out.write("HTTP/1.1 502 Not here\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return;
      }
      try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port())) {
        out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        threads.execute(() -> copy(target, client));
        copy(client, target);
      }
    } catch (IOException e) {
      // The other side went away, as it may.
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // The other side went away, as it may.
    }
  }

  private void makeCertificate() throws Exception {
    String names = "dns:" + String.join(",dns:", hosts.keySet());
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "google",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Google on loopback",
                "-ext",
                "SAN=" + names,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                certificate.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IllegalStateException(output);
    }
  }

  private SSLContext tls() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(certificate)) {
      store.load(file, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
