// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Google in a box: a proxy on 127.0.0.1 that leads Google's host names to a server with a
 * certificate of {@link TestCertificates}. Production code runs against it unchanged, told by a
 * proxy and a trust store.
 *
 * <p>There is the token endpoint (refresh tokens, and keys of service accounts whose signature is
 * verified) with tokeninfo, the Security Token Service (audience, issuer, expiry and an attribute
 * condition are checked; signatures of identity tokens are not), generateAccessToken (each link of
 * the chain needs a grant), the metadata server, and {@link FakeGcs}, {@link FakeRegistry} and
 * {@link FakeAirflow} behind a check of the token. Every other host is somebody else's: it answers
 * 401 and remembers what it was shown.
 */
public final class FakeGoogle implements AutoCloseable {

  /** The registry's host. */
  public static final String REGISTRY = "europe-west1-docker.pkg.dev";

  /** The host of a Composer environment's Airflow. */
  public static final String AIRFLOW =
      "0123456789abcdef-dot-europe-west1.composer.googleusercontent.com";

  /** The audience of the identity pool's provider. */
  public static final String POOL =
      "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/ci/providers/github";

  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A request that arrived.
   *
   * @param path with the query
   * @param headers by lower-case name, the first value of each
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Request(
      String host, String method, String path, Map<String, String> headers, byte[] body) {

    /** The body as text. */
    public String text() {
      return new String(body, UTF_8);
    }

    /** The body as JSON. */
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        return MissingNode.getInstance();
      }
    }

    /** The body as the fields of a form. */
    public Map<String, String> form() {
      Map<String, String> fields = new LinkedHashMap<>();
      for (String pair : text().split("&", -1)) {
        int at = pair.indexOf('=');
        if (at > 0) {
          fields.put(
              URLDecoder.decode(pair.substring(0, at), UTF_8),
              URLDecoder.decode(pair.substring(at + 1), UTF_8));
        }
      }
      return fields;
    }

    /** A header; empty if it is not there. */
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Without query and headers. */
    @Override
    public String toString() {
      return method + " https://" + host + path.replaceFirst("\\?.*", "");
    }
  }

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Reply(int status, Map<String, String> headers, byte[] body) {
    /** JSON. */
    public static Reply json(int status, Map<String, ?> content) {
      try {
        return new Reply(
            status, Map.of("Content-Type", "application/json"), JSON.writeValueAsBytes(content));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Text. */
    public static Reply text(int status, String content) {
      return new Reply(status, Map.of("Content-Type", "text/plain"), content.getBytes(UTF_8));
    }
  }

  /** One of Google's hosts. */
  public interface Handler {
    /** Answers. */
    Reply answer(Request request) throws IOException, InterruptedException;
  }

  private record Token(String principal, Instant end, AtomicInteger uses) {}

  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fake-google");
            thread.setDaemon(true);
            return thread;
          });
  private final ServerSocket proxy;
  private final HttpsServer https;
  private final HttpServer metadata;
  private final HttpClient backend = HttpClient.newHttpClient();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final Map<String, Reply> scripted = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<String> tunnels = new CopyOnWriteArrayList<>();
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();
  private final Map<String, String> users = new ConcurrentHashMap<>();
  private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();
  private final Set<String> grants = ConcurrentHashMap.newKeySet();
  private final Map<String, String> registryTokens = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> registryUses = new ConcurrentHashMap<>();
  private final AtomicInteger counter = new AtomicInteger();
  private volatile Duration lifetime = Duration.ofHours(1);
  private volatile int uses = Integer.MAX_VALUE;
  private volatile int usesAtRegistry = Integer.MAX_VALUE;
  private volatile String proxyLogin = "";
  private volatile String repository = "";
  private volatile @Nullable String machineAccount;
  private volatile @Nullable String disabledIn;

  private FakeGoogle() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    proxy = new ServerSocket(0, 50, loopback);
    https = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(TestCertificates.get().server()));
    https.setExecutor(threads);
    https.createContext("/", this::handle);
    metadata = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    metadata.setExecutor(threads);
    metadata.createContext("/", this::handle);
    handlers.put("oauth2.googleapis.com", this::oauth);
    handlers.put("sts.googleapis.com", this::sts);
    handlers.put("iamcredentials.googleapis.com", this::generateAccessToken);
    handlers.put("metadata.google.internal", this::machine);
    handlers.put("169.254.169.254", this::machine);
    https.start();
    metadata.start();
    threads.execute(this::accept);
  }

  /** Starts it, without any account. */
  public static FakeGoogle start() {
    try {
      return new FakeGoogle();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- how clients reach it

  /** The proxy. */
  public InetSocketAddress proxy() {
    return new InetSocketAddress(proxy.getInetAddress(), proxy.getLocalPort());
  }

  /** The arguments of a Java process that is to work with this Google. */
  public List<String> jvmArguments() {
    String port = Integer.toString(proxy.getLocalPort());
    List<String> arguments = new ArrayList<>();
    for (String protocol : List.of("http", "https")) {
      arguments.add("-D" + protocol + ".proxyHost=127.0.0.1");
      arguments.add("-D" + protocol + ".proxyPort=" + port);
    }
    arguments.add("-Djavax.net.ssl.trustStore=" + TestCertificates.get().trustStore());
    arguments.add("-Djavax.net.ssl.trustStorePassword=" + TestCertificates.PASSWORD);
    return arguments;
  }

  /** From now on the proxy lets nobody else through. */
  public FakeGoogle requiringProxyLogin(String user, String password) {
    String pair = user + ":" + password;
    proxyLogin = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    return this;
  }

  // ---- who is known

  /** A person who is logged in; returns the content of the file that gcloud writes then. */
  public String user(String email, String refreshToken) {
    users.put(refreshToken, "user:" + email);
    return json(
        Map.of(
            "type",
            "authorized_user",
            "client_id",
            "client.apps.googleusercontent.com",
            "client_secret",
            "not-so-secret",
            "refresh_token",
            refreshToken));
  }

  /** A service account with a key; returns the key file's content. */
  public String key(String email) {
    KeyPair pair = keyPair();
    keys.put(email, pair.getPublic());
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return json(
        Map.of(
            "type",
            "service_account",
            "project_id",
            "my-project",
            "private_key_id",
            "0123456789",
            "private_key",
            pem,
            "client_email",
            email,
            "client_id",
            "1234567890",
            "token_uri",
            "https://oauth2.googleapis.com/token"));
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key of a service account is deleted. */
  public FakeGoogle deleteKey(String email) {
    keys.put(email, keyPair().getPublic());
    return this;
  }

  /** A person's login is revoked. */
  public FakeGoogle revoke(String refreshToken) {
    users.remove(refreshToken);
    return this;
  }

  /** The identity token of a job, as GitHub gives it. */
  public static String identityToken(String repository, String audience, Instant end) {
    String payload =
        json(
            Map.of(
                "iss",
                "https://token.actions.githubusercontent.com",
                "aud",
                audience,
                "sub",
                "repo:" + repository,
                "repository",
                repository,
                "exp",
                end.getEpochSecond()));
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(UTF_8))
        + "."
        + base64.encodeToString(payload.getBytes(UTF_8))
        + ".c2lnbmF0dXJl";
  }

  /** The identity pool lets the jobs of one repository in. */
  public FakeGoogle poolFor(String name) {
    repository = name;
    return this;
  }

  /** The account of the machine that the client runs on. */
  public FakeGoogle machineAccount(String email) {
    machineAccount = email;
    return this;
  }

  /**
   * Somebody may act as a service account.
   *
   * @param member {@code user:…}, {@code serviceAccount:…}, {@code principal://…}
   */
  public FakeGoogle grant(String member, String account) {
    grants.add(member + " " + account);
    return this;
  }

  /** The IAM Service Account Credentials API is switched off. */
  public FakeGoogle withoutCredentialsApi(String project) {
    disabledIn = project;
    return this;
  }

  // ---- tokens

  /** How long tokens last from now on, as the client is told. */
  public FakeGoogle lifetime(Duration duration) {
    lifetime = duration;
    return this;
  }

  /** How often a token is accepted from now on; then it counts as expired, whatever it said. */
  public FakeGoogle usesPerToken(int number) {
    uses = number;
    return this;
  }

  /** How often a token of the registry itself is accepted. */
  public FakeGoogle usesPerRegistryToken(int number) {
    usesAtRegistry = number;
    return this;
  }

  /** A token, as somebody else got it. */
  public String issue(String principal) {
    String value = "ya29.test-" + counter.incrementAndGet() + "-" + System.identityHashCode(this);
    tokens.put(value, new Token(principal, Instant.now().plus(lifetime), new AtomicInteger()));
    return value;
  }

  /** All tokens that were given. */
  public Set<String> tokens() {
    return Set.copyOf(tokens.keySet());
  }

  /** Whose a token is; empty if it is none or has expired. */
  public Optional<String> principal(Request request) {
    String header = request.header("Authorization");
    return header.startsWith("Bearer ")
        ? principal(header.substring("Bearer ".length()))
        : Optional.empty();
  }

  private Optional<String> principal(String value) {
    return Optional.ofNullable(tokens.get(value))
        .filter(token -> Instant.now().isBefore(token.end()))
        .filter(token -> token.uses().incrementAndGet() <= uses)
        .map(Token::principal);
  }

  // ---- what stands behind the token check

  /** Cloud Storage. */
  public FakeGoogle storage(FakeGcs gcs) {
    handlers.put("storage.googleapis.com", guarded(gcs.endpoint()));
    return this;
  }

  /** Airflow of a Composer environment. */
  public FakeGoogle airflow(FakeAirflow airflow) {
    handlers.put(AIRFLOW, guarded(URI.create(airflow.url())));
    return this;
  }

  /** Artifact Registry. */
  public FakeGoogle registry(FakeRegistry registry) {
    Handler behind = forwarding(URI.create("http://" + registry.host()));
    handlers.put(REGISTRY, request -> registry(request, behind));
    return this;
  }

  /** Another of Google's APIs; its requests need a token. */
  public FakeGoogle api(String host, Handler handler) {
    handlers.put(
        host, request -> principal(request).isEmpty() ? unauthorized() : handler.answer(request));
    return this;
  }

  /** All requests to a host are answered in this way from now on. */
  public FakeGoogle answering(String host, Reply reply) {
    scripted.put(host, reply);
    return this;
  }

  /** All requests to a host are answered with an error that quotes everything they hold. */
  public FakeGoogle echoing(String host, int status) {
    scripted.remove(host);
    handlers.put(
        host,
        request -> {
          String all = request.path() + " " + request.headers() + " " + request.text();
          Map<String, Object> content = new LinkedHashMap<>();
          content.put("error", "invalid_grant");
          content.put("error_description", all);
          content.put("access_token", Map.of("value", all));
          content.put("accessToken", all);
          content.put("expires_in", all);
          return Reply.json(status, content);
        });
    return this;
  }

  /** What arrived so far. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** What arrived so far for one host. */
  public List<Request> requests(String host) {
    return requests.stream().filter(request -> request.host().equals(host)).toList();
  }

  /** The hosts that clients wanted to reach through the proxy. */
  public List<String> tunnels() {
    return List.copyOf(tunnels);
  }

  /** Forgets the requests. */
  public void clearRequests() {
    requests.clear();
    tunnels.clear();
  }

  @Override
  public void close() {
    try {
      proxy.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    https.stop(0);
    metadata.stop(0);
    threads.shutdownNow();
  }

  // ---- Google's hosts

  private Reply oauth(Request request) {
    if (request.path().startsWith("/tokeninfo")) {
      return tokenInfo(request);
    }
    Map<String, String> form = request.form();
    if ("refresh_token".equals(form.get("grant_type"))) {
      String principal = users.get(form.getOrDefault("refresh_token", ""));
      return principal == null
          ? oauthError("invalid_grant", "Token has been expired or revoked.")
          : accessToken(principal);
    }
    if ("urn:ietf:params:oauth:grant-type:jwt-bearer".equals(form.get("grant_type"))) {
      return assertion(form.getOrDefault("assertion", ""));
    }
    return oauthError("unsupported_grant_type", "Invalid grant_type.");
  }

  // Only a login of gcloud has the scope of e-mail addresses.
  private Reply tokenInfo(Request request) {
    Optional<String> principal = principal(request);
    if (principal.isEmpty() || !request.method().equals("POST")) {
      return oauthError("invalid_token", "Invalid Value");
    }
    Map<String, Object> answer = new TreeMap<>();
    answer.put("azp", "client.apps.googleusercontent.com");
    answer.put("scope", SCOPE);
    answer.put("expires_in", Long.toString(lifetime.toSeconds()));
    if (principal.get().startsWith("user:")) {
      answer.put("scope", SCOPE + " openid https://www.googleapis.com/auth/userinfo.email");
      answer.put("email", principal.get().substring("user:".length()));
      answer.put("email_verified", "true");
    }
    return Reply.json(200, answer);
  }

  private Reply assertion(String jwt) {
    String[] parts = jwt.split("\\.", -1);
    JsonNode claims = claims(jwt);
    String email = claims.path("iss").asText();
    PublicKey key = keys.get(email);
    if (key == null) {
      return oauthError("invalid_grant", "Invalid grant: account not found");
    }
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key);
      signature.update((parts[0] + "." + parts[1]).getBytes(UTF_8));
      if (!signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
        return oauthError("invalid_grant", "Invalid JWT Signature.");
      }
    } catch (GeneralSecurityException e) {
      return oauthError("invalid_grant", "Invalid JWT Signature.");
    }
    if (!claims.path("aud").asText().equals("https://oauth2.googleapis.com/token")
        || !claims.path("scope").asText().equals(SCOPE)) {
      return oauthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    }
    return accessToken("serviceAccount:" + email);
  }

  private Reply sts(Request request) {
    Map<String, String> form = request.form();
    if (!POOL.equals(form.get("audience"))) {
      return oauthError(
          "invalid_target",
          "The target service indicated by the \"audience\" parameters is invalid.");
    }
    JsonNode claims = claims(form.getOrDefault("subject_token", ""));
    if (!claims.path("iss").asText().equals("https://token.actions.githubusercontent.com")) {
      return oauthError(
          "invalid_grant", "The issuer in ID Token does not match the expected ones.");
    }
    if (!claims.path("aud").asText().equals("https:" + POOL)) {
      return oauthError(
          "invalid_grant",
          "The audience in ID Token ["
              + claims.path("aud").asText()
              + "] does not match the expected audience.");
    }
    if (claims.path("exp").asLong() < Instant.now().getEpochSecond()) {
      return oauthError("invalid_grant", "ID Token is stale to sign-in: expired.");
    }
    if (!claims.path("repository").asText().equals(repository)) {
      return oauthError(
          "unauthorized_client", "The given credential is rejected by the attribute condition.");
    }
    String principal =
        "principal:"
            + POOL.replaceFirst("/providers/.*", "")
            + "/subject/"
            + claims.path("sub").asText();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("access_token", issue(principal));
    answer.put("issued_token_type", "urn:ietf:params:oauth:token-type:access_token");
    answer.put("token_type", "Bearer");
    answer.put("expires_in", lifetime.toSeconds());
    return Reply.json(200, answer);
  }

  private Reply generateAccessToken(Request request) {
    Optional<String> caller = principal(request);
    if (caller.isEmpty()) {
      return unauthorized();
    }
    if (disabledIn != null) {
      return apiError(
          403,
          "PERMISSION_DENIED",
          "IAM Service Account Credentials API has not been used in project "
              + disabledIn
              + " before or it is disabled.",
          "SERVICE_DISABLED",
          Map.of("service", "iamcredentials.googleapis.com", "consumer", "projects/" + disabledIn));
    }
    String target =
        request
            .path()
            .replaceFirst("^/v1/projects/-/serviceAccounts/", "")
            .replaceFirst(":generateAccessToken$", "");
    if (target.startsWith("nobody@")) {
      return apiError(
          404, "NOT_FOUND", "Not found; Gaia id not found for email " + target, "", Map.of());
    }
    List<String> chain = new ArrayList<>();
    for (JsonNode delegate : request.json().path("delegates")) {
      if (!delegate.asText().startsWith("projects/-/serviceAccounts/")) {
        return apiError(
            400, "INVALID_ARGUMENT", "Invalid form of the delegate in the request.", "", Map.of());
      }
      chain.add(delegate.asText().replaceFirst("^projects/-/serviceAccounts/", ""));
    }
    chain.add(target);
    String member = caller.get();
    for (String account : chain) {
      if (!grants.contains(member + " " + account)) {
        return apiError(
            403,
            "PERMISSION_DENIED",
            "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not"
                + " exist).",
            "IAM_PERMISSION_DENIED",
            Map.of("permission", "iam.serviceAccounts.getAccessToken"));
      }
      member = "serviceAccount:" + account;
    }
    return Reply.json(
        200,
        Map.of(
            "accessToken",
            issue("serviceAccount:" + target),
            "expireTime",
            Instant.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  private Reply machine(Request request) {
    String account = machineAccount;
    if (!request.header("Metadata-Flavor").equals("Google") || account == null) {
      return Reply.text(404, "not found");
    }
    Reply answer =
        request.path().contains("/token")
            ? accessToken("serviceAccount:" + account)
            : Reply.text(200, account);
    Map<String, String> headers = new TreeMap<>(answer.headers());
    headers.put("Metadata-Flavor", "Google");
    return new Reply(answer.status(), headers, answer.body());
  }

  private Reply registry(Request request, Handler behind) throws IOException, InterruptedException {
    String authorization = request.header("Authorization");
    if (request.path().startsWith("/v2/token")) {
      String pair =
          authorization.startsWith("Basic ")
              ? new String(Base64.getDecoder().decode(authorization.substring(6)), UTF_8)
              : "";
      if (!pair.startsWith("oauth2accesstoken:")
          || principal(pair.substring("oauth2accesstoken:".length())).isEmpty()) {
        return registryError(401, "UNAUTHORIZED", "authentication failed");
      }
      String token = "registry-" + counter.incrementAndGet();
      registryTokens.put(token, pair);
      return Reply.json(200, Map.of("token", token, "expires_in", 3600));
    }
    String token = authorization.replaceFirst("^Bearer ", "");
    if (!registryTokens.containsKey(token)
        || registryUses.computeIfAbsent(token, name -> new AtomicInteger()).incrementAndGet()
            > usesAtRegistry) {
      Reply refused = registryError(401, "UNAUTHORIZED", "authentication required");
      Map<String, String> headers = new TreeMap<>(refused.headers());
      headers.put(
          "WWW-Authenticate",
          "Bearer realm=\"https://" + REGISTRY + "/v2/token\",service=\"" + REGISTRY + "\"");
      return new Reply(refused.status(), headers, refused.body());
    }
    return behind.answer(request);
  }

  private Handler guarded(URI server) {
    Handler behind = forwarding(server);
    return request -> principal(request).isEmpty() ? unauthorized() : behind.answer(request);
  }

  private Handler forwarding(URI server) {
    return request -> {
      HttpRequest.Builder forwarded =
          HttpRequest.newBuilder(URI.create(server + request.path()))
              .method(request.method(), BodyPublishers.ofByteArray(request.body()));
      request
          .headers()
          .forEach(
              (name, value) -> {
                if (!Set.of(
                        "host",
                        "connection",
                        "content-length",
                        "authorization",
                        "upgrade",
                        "transfer-encoding",
                        "expect")
                    .contains(name)) {
                  forwarded.header(name, value);
                }
              });
      HttpResponse<byte[]> answer = backend.send(forwarded.build(), BodyHandlers.ofByteArray());
      Map<String, String> headers = new TreeMap<>();
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!Set.of("content-length", "transfer-encoding", "connection", "date")
                        .contains(name.toLowerCase(Locale.ROOT))
                    || request.method().equals("HEAD")) {
                  headers.put(name, values.get(0));
                }
              });
      return new Reply(answer.statusCode(), headers, answer.body());
    };
  }

  private Reply accessToken(String principal) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("access_token", issue(principal));
    answer.put("expires_in", lifetime.toSeconds());
    answer.put("token_type", "Bearer");
    return Reply.json(200, answer);
  }

  private static Reply oauthError(String code, String description) {
    return Reply.json(400, Map.of("error", code, "error_description", description));
  }

  private static Reply unauthorized() {
    return apiError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials.",
        "ACCESS_TOKEN_EXPIRED",
        Map.of());
  }

  /** An error in the form of Google's APIs. */
  public static Reply apiError(
      int status, String name, String message, String reason, Map<String, String> metadata) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", status);
    error.put("message", message);
    error.put("status", name);
    if (!reason.isEmpty()) {
      error.put(
          "details",
          List.of(
              Map.of(
                  "@type",
                  "type.googleapis.com/google.rpc.ErrorInfo",
                  "reason",
                  reason,
                  "domain",
                  "googleapis.com",
                  "metadata",
                  metadata)));
    }
    return Reply.json(status, Map.of("error", error));
  }

  private static Reply registryError(int status, String code, String message) {
    return Reply.json(status, Map.of("errors", List.of(Map.of("code", code, "message", message))));
  }

  private static JsonNode claims(String jwt) {
    String[] parts = jwt.split("\\.", -1);
    if (parts.length != 3) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
    } catch (IOException | IllegalArgumentException e) {
      return MissingNode.getInstance();
    }
  }

  private static String json(Map<String, ?> content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- HTTP

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
      String host = headers.getOrDefault("host", "").replaceFirst(":[0-9]+$", "");
      Request request =
          new Request(
              host,
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              headers,
              exchange.getRequestBody().readAllBytes());
      requests.add(request);
      Reply reply = scripted.get(host);
      if (reply == null) {
        Handler handler = handlers.get(host);
        reply = handler == null ? Reply.text(401, "who is there") : handler.answer(request);
      }
      reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      boolean isHead = request.method().equals("HEAD");
      exchange.sendResponseHeaders(
          reply.status(), isHead || reply.body().length == 0 ? -1 : reply.body().length);
      if (!isHead) {
        exchange.getResponseBody().write(reply.body());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the proxy

  private void accept() {
    while (!proxy.isClosed()) {
      try {
        Socket client = proxy.accept();
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException e) {
        return; // Google was closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      while (true) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
        if (!proxyLogin.isEmpty()
            && !head.contains("Proxy-Authorization: " + proxyLogin)
            && !head.contains("Proxy-authorization: " + proxyLogin)) {
          String refusal =
              String.join(
                  "\r\n",
                  "HTTP/1.1 407 Proxy Authentication Required",
                  "Proxy-Authenticate: Basic realm=\"test\"",
                  "Content-Length: 0",
                  "",
                  "");
          out.write(refusal.getBytes(ISO_8859_1));
          out.flush();
          continue;
        }
        boolean isTunnel = line[0].equals("CONNECT");
        String host = isTunnel ? line[1] : URI.create(line[1]).getAuthority();
        tunnels.add(host);
        int port = (isTunnel ? https : metadata).getAddress().getPort();
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
          server.setTcpNoDelay(true);
          if (isTunnel) {
            out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1));
          } else {
            URI uri = URI.create(line[1]);
            String path =
                (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath())
                    + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            server
                .getOutputStream()
                .write(
                    head.replaceFirst(" \\S+ ", Matcher.quoteReplacement(" " + path + " "))
                        .getBytes(ISO_8859_1));
          }
          threads.execute(() -> pipe(client, server));
          server.getInputStream().transferTo(out);
        }
        return;
      }
    } catch (IOException e) {
      // Either side has hung up.
    }
  }

  private static void pipe(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // Either side has hung up.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      String text = Objects.requireNonNull(head.toString(ISO_8859_1));
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    return "";
  }
}
