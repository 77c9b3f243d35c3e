// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON API of Cloud Storage on 127.0.0.1, in memory: enough of it for Google's own client.
 *
 * <p>Buckets: get, create, get the policy. Objects: insert (multipart and resumable), get,
 * download, list with prefix and pages, delete; each with {@code ifGenerationMatch}. Not there:
 * rewrite, compose, patch, batches, signed addresses, versions, access control beyond one accepted
 * token.
 *
 * @see <a href="https://cloud.google.com/storage/docs/json_api/v1">the API</a>
 */
public final class FakeGcs implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\*|(\\d+)-(\\d+))/(\\*|\\d+)");

  /** A stored object. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by its parts, where the bytes matter.
  public record Stored(
      byte[] content, String contentType, Map<String, String> metadata, long generation) {

    /** The content as text. */
    public String text() {
      return new String(content, UTF_8);
    }
  }

  /** What a request wants. */
  public enum Kind {
    GET_BUCKET,
    /** Asks which of some permissions the caller has; here it has all. */
    TEST_PERMISSIONS,
    /** Asks who has which role. */
    GET_POLICY,
    CREATE_BUCKET,
    LIST,
    GET,
    READ,
    INSERT,
    START_UPLOAD,
    CONTINUE_UPLOAD,
    DELETE,
    UNKNOWN
  }

  /**
   * A request as it came.
   *
   * @param object the object's name; empty if the request names none
   * @param headers by lower-case name, the first value of each
   */
  public record Request(
      String method,
      Kind kind,
      String bucket,
      String object,
      Map<String, String> query,
      Map<String, String> headers) {

    /** Short, for assertions: {@code LIST dags/a/}, {@code INSERT dags/a/x.py}. */
    @Override
    public String toString() {
      String what = kind == Kind.LIST ? query.getOrDefault("prefix", "") : object;
      return (kind + " " + what).strip();
    }
  }

  /** What goes wrong with a request. */
  public sealed interface Fault {
    /** The request is answered with an error and changes nothing. */
    record Answer(int status, String reason, String message) implements Fault {}

    /** The connection breaks before the request has any effect. */
    record LostRequest() implements Fault {}

    /** The request has its effect, then the connection breaks. */
    record LostResponse() implements Fault {}
  }

  private static final class Script {
    final Predicate<Request> when;
    final Fault fault;
    int times;

    Script(Predicate<Request> when, Fault fault, int times) {
      this.when = when;
      this.fault = fault;
      this.times = times;
    }
  }

  private record Upload(String bucket, Map<String, String> query, JsonNode resource) {}

  private static final class Answer extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final int status;
    final String reason;

    Answer(int status, String reason, String message) {
      super(message);
      this.status = status;
      this.reason = reason;
    }

    String text() {
      return Objects.requireNonNullElse(getMessage(), "");
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Map<String, SortedMap<String, Stored>> buckets = new TreeMap<>();
  private final Map<String, String> locations = new HashMap<>();
  private final Map<String, Map<String, String>> policies = new HashMap<>();
  private final Map<String, Upload> uploads = new HashMap<>();
  private final Map<String, ByteArrayOutputStream> uploaded = new HashMap<>();
  private final List<Request> requests = new ArrayList<>();
  private final List<Script> scripts = new ArrayList<>();
  private @Nullable String token;
  private int pageSize = 1000;
  // Like the real ones, which are microseconds of some clock.
  private long lastGeneration = 1_700_000_000_000_000L;

  private FakeGcs(HttpServer server) {
    this.server = server;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "fake-gcs");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts a server on a free port, without buckets. */
  public static FakeGcs start() {
    try {
      FakeGcs fake =
          new FakeGcs(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      fake.server.setExecutor(fake.threads);
      fake.server.createContext("/", fake::handle);
      fake.server.start();
      return fake;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a server with one bucket. */
  public static FakeGcs withBucket(String bucket) {
    return start().createBucket(bucket);
  }

  /** Where the server listens, without a slash at the end; the value of a client's host. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Makes a bucket. */
  public synchronized FakeGcs createBucket(String bucket) {
    buckets.put(bucket, new TreeMap<>());
    return this;
  }

  /**
   * Makes a bucket with uniform access.
   *
   * @param location a region
   * @param roles role to the one member that has it
   */
  public synchronized FakeGcs createBucket(
      String bucket, String location, Map<String, String> roles) {
    locations.put(bucket, location);
    policies.put(bucket, Map.copyOf(roles));
    return createBucket(bucket);
  }

  /** Stores an object as somebody else would. Returns its generation. */
  public synchronized long put(
      String bucket, String path, byte[] content, Map<String, String> metadata) {
    Stored stored =
        new Stored(
            content.clone(), "application/octet-stream", Map.copyOf(metadata), ++lastGeneration);
    bucket(bucket).put(path, stored);
    return stored.generation();
  }

  /** Everything in a bucket. */
  public synchronized SortedMap<String, Stored> objects(String bucket) {
    return new TreeMap<>(bucket(bucket));
  }

  /** Brings a bucket back to what {@link #objects} told, generations included. */
  public synchronized FakeGcs restore(String bucket, Map<String, Stored> objects) {
    buckets.put(bucket, new TreeMap<>(objects));
    return this;
  }

  /** One object, which must be there. */
  public synchronized Stored object(String bucket, String path) {
    return Objects.requireNonNull(bucket(bucket).get(path), path);
  }

  /** All requests since the start, or since {@link #clearRequests()}. */
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Forgets the requests. */
  public synchronized void clearRequests() {
    requests.clear();
  }

  /** Lets the next requests fail that a condition chooses. */
  public synchronized FakeGcs fail(Predicate<Request> when, int times, Fault fault) {
    scripts.add(new Script(when, fault, times));
    return this;
  }

  /** Answers the next requests, whatever they want, with an HTTP status. */
  public FakeGcs fail(int times, int status) {
    return fail(request -> true, times, answer(status));
  }

  /** The error that the service gives with a status. */
  public static Fault.Answer answer(int status) {
    return switch (status) {
      case 401 -> new Fault.Answer(401, "authError", "Invalid Credentials");
      case 403 -> new Fault.Answer(403, "forbidden", "Access denied.");
      case 404 -> new Fault.Answer(404, "notFound", "Not Found");
      case 409 -> new Fault.Answer(409, "conflict", "The request conflicts with another one.");
      case 412 -> new Fault.Answer(412, "conditionNotMet", "At least one condition did not hold.");
      case 429 -> new Fault.Answer(429, "rateLimitExceeded", "The rate limit was exceeded.");
      case 503 -> new Fault.Answer(503, "backendError", "Service Unavailable");
      default -> new Fault.Answer(status, "error", "Error " + status);
    };
  }

  /** Accepts only this token from now on: others are answered with 401. */
  public synchronized FakeGcs requireToken(String accepted) {
    this.token = accepted;
    return this;
  }

  /** Lists at most so many objects at a time, whatever the client asks for. */
  public synchronized FakeGcs pageSize(int objects) {
    this.pageSize = objects;
    return this;
  }

  /** Stops the server; from then on connections to it are refused. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  // ---- requests

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }
    synchronized (this) {
      Request request = request(exchange, body);
      requests.add(request);
      try {
        @Nullable Fault fault = nextFault(request);
        if (fault instanceof Fault.LostRequest) {
          exchange.close();
          return;
        }
        if (fault instanceof Fault.Answer answer) {
          throw new Answer(answer.status(), answer.reason(), answer.message());
        }
        if (token != null && !("Bearer " + token).equals(request.headers().get("authorization"))) {
          throw new Answer(401, "authError", "Invalid Credentials");
        }
        boolean lost = fault instanceof Fault.LostResponse;
        serve(exchange, request, body, lost);
        if (lost) {
          exchange.close();
        }
      } catch (Answer answer) {
        sendError(exchange, answer);
      } catch (IOException | RuntimeException e) {
        sendError(exchange, new Answer(500, "defectInFake", e.toString()));
      }
    }
  }

  private @Nullable Fault nextFault(Request request) {
    for (Iterator<Script> i = scripts.iterator(); i.hasNext(); ) {
      Script script = i.next();
      if (script.when.test(request)) {
        if (--script.times <= 0) {
          i.remove();
        }
        return script.fault;
      }
    }
    return null;
  }

  private static Request request(HttpExchange exchange, byte[] body) {
    Map<String, String> query = new TreeMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      int at = pair.indexOf('=');
      query.put(
          decode(at < 0 ? pair : pair.substring(0, at)),
          at < 0 ? "" : decode(pair.substring(at + 1)));
    }
    Map<String, String> headers = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));

    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getRawPath();
    boolean upload = path.startsWith("/upload/");
    boolean download = path.startsWith("/download/");
    // ["", "storage", "v1", "b", bucket, "o", object]
    String[] parts = path.replaceFirst("^/(upload|download|resumable/upload)/", "/").split("/", -1);
    String bucket = parts.length > 4 ? decode(parts[4]) : "";
    String object =
        parts.length > 6
            ? decode(String.join("/", Arrays.asList(parts).subList(6, parts.length)))
            : query.getOrDefault("name", "");
    Kind kind =
        switch (method) {
          case "GET" ->
              parts.length == 5
                  ? Kind.GET_BUCKET
                  : parts.length > 5 && parts[5].equals("iam")
                      ? parts.length == 6 ? Kind.GET_POLICY : Kind.TEST_PERMISSIONS
                      : parts.length == 6
                          ? Kind.LIST
                          : download || "media".equals(query.get("alt")) ? Kind.READ : Kind.GET;
          case "POST" ->
              !upload
                  ? parts.length == 4 ? Kind.CREATE_BUCKET : Kind.UNKNOWN
                  : "resumable".equals(query.get("uploadType"))
                      ? Kind.START_UPLOAD
                      : "multipart".equals(query.get("uploadType")) ? Kind.INSERT : Kind.UNKNOWN;
          case "PUT" -> query.containsKey("upload_id") ? Kind.CONTINUE_UPLOAD : Kind.UNKNOWN;
          case "DELETE" -> parts.length > 6 ? Kind.DELETE : Kind.UNKNOWN;
          default -> Kind.UNKNOWN;
        };
    if (object.isEmpty() && (kind == Kind.INSERT || kind == Kind.START_UPLOAD)) {
      object = name(kind, headers.getOrDefault("content-type", ""), body);
    }
    return new Request(method, kind, bucket, object, query, headers);
  }

  /** The name of an object to be inserted, which may be in the resource only. */
  private static String name(Kind kind, String contentType, byte[] body) {
    try {
      JsonNode resource =
          kind == Kind.INSERT ? parts(contentType, body).resource() : JSON.readTree(body);
      return resource.path("name").asText("");
    } catch (IOException | RuntimeException e) {
      // Whoever serves the request will say what is wrong with it.
      return "";
    }
  }

  private void serve(HttpExchange exchange, Request request, byte[] body, boolean lost)
      throws IOException {
    switch (request.kind()) {
      case GET_BUCKET -> {
        bucket(request.bucket());
        send(exchange, 200, bucketResource(request.bucket()), lost);
      }
      case CREATE_BUCKET -> {
        String name = JSON.readTree(body).path("name").asText();
        if (buckets.containsKey(name)) {
          throw new Answer(409, "conflict", "The bucket exists.");
        }
        createBucket(name);
        send(exchange, 200, bucketResource(name), lost);
      }
      case GET_POLICY -> {
        bucket(request.bucket());
        send(exchange, 200, policy(request.bucket()), lost);
      }
      case TEST_PERMISSIONS -> {
        bucket(request.bucket());
        ArrayNode held = JSON.createArrayNode();
        for (String pair : exchange.getRequestURI().getRawQuery().split("&", -1)) {
          if (pair.startsWith("permissions=")) {
            held.add(decode(pair.substring("permissions=".length())));
          }
        }
        send(exchange, 200, JSON.createObjectNode().set("permissions", held), lost);
      }
      case LIST -> send(exchange, 200, list(request), lost);
      case GET -> {
        Stored stored = stored(request);
        send(exchange, 200, resource(request.bucket(), request.object(), stored), lost);
      }
      case READ -> download(exchange, request, lost);
      case INSERT -> {
        Part part = parts(request.headers().getOrDefault("content-type", ""), body);
        ObjectNode inserted =
            insert(request.bucket(), request.query(), part.resource(), part.content());
        send(exchange, 200, inserted, lost);
      }
      case START_UPLOAD -> {
        bucket(request.bucket());
        String id = "upload-" + (uploads.size() + 1);
        uploads.put(id, new Upload(request.bucket(), request.query(), JSON.readTree(body)));
        uploaded.put(id, new ByteArrayOutputStream());
        exchange
            .getResponseHeaders()
            .set(
                "Location",
                endpoint()
                    + "/upload/storage/v1/b/"
                    + request.bucket()
                    + "/o?uploadType=resumable&upload_id="
                    + id);
        send(exchange, 200, JSON.createObjectNode(), lost);
      }
      case CONTINUE_UPLOAD -> continueUpload(exchange, request, body, lost);
      case DELETE -> {
        Stored stored = stored(request);
        requireGeneration(request.query(), stored);
        bucket(request.bucket()).remove(request.object());
        if (!lost) {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        }
      }
      case UNKNOWN ->
          throw new Answer(
              501, "notImplemented", request.method() + " " + exchange.getRequestURI());
    }
  }

  private ObjectNode list(Request request) {
    String prefix = request.query().getOrDefault("prefix", "");
    String after = request.query().getOrDefault("pageToken", "");
    int wanted = Integer.parseInt(request.query().getOrDefault("maxResults", "1000"));
    int most = Math.min(wanted, pageSize);
    ObjectNode answer = JSON.createObjectNode().put("kind", "storage#objects");
    ArrayNode items = JSON.createArrayNode();
    String last = "";
    for (Map.Entry<String, Stored> entry : bucket(request.bucket()).entrySet()) {
      if (!entry.getKey().startsWith(prefix) || entry.getKey().compareTo(after) <= 0) {
        continue;
      }
      if (items.size() == most) {
        answer.put("nextPageToken", last);
        break;
      }
      items.add(resource(request.bucket(), entry.getKey(), entry.getValue()));
      last = entry.getKey();
    }
    // The service leaves an empty list out.
    if (!items.isEmpty()) {
      answer.set("items", items);
    }
    return answer;
  }

  private void download(HttpExchange exchange, Request request, boolean lost) throws IOException {
    Stored stored = stored(request);
    byte[] content = stored.content();
    int status = 200;
    Matcher range = RANGE.matcher(request.headers().getOrDefault("range", ""));
    if (range.matches() && content.length > 0) {
      int from = Integer.parseInt(range.group(1));
      int to =
          range.group(2).isEmpty()
              ? content.length - 1
              : Math.min(content.length - 1, Integer.parseInt(range.group(2)));
      if (from > to) {
        throw new Answer(416, "requestedRangeNotSatisfiable", "Range");
      }
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
      content = Arrays.copyOfRange(content, from, to + 1);
      status = 206;
    }
    exchange.getResponseHeaders().set("Content-Type", stored.contentType());
    exchange.getResponseHeaders().set("x-goog-generation", Long.toString(stored.generation()));
    exchange
        .getResponseHeaders()
        .set("x-goog-hash", "crc32c=" + crc32c(stored.content()) + ",md5=" + md5(stored.content()));
    if (!lost) {
      exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
      exchange.close();
    }
  }

  private void continueUpload(HttpExchange exchange, Request request, byte[] body, boolean lost)
      throws IOException {
    String id = request.query().getOrDefault("upload_id", "");
    @Nullable Upload upload = uploads.get(id);
    @Nullable ByteArrayOutputStream received = uploaded.get(id);
    if (upload == null || received == null) {
      throw new Answer(410, "gone", "No such upload.");
    }
    String header = request.headers().getOrDefault("content-range", "");
    Matcher range = CONTENT_RANGE.matcher(header);
    boolean complete = true;
    if (range.matches()) {
      if (range.group(2) != null && Integer.parseInt(range.group(2)) != received.size()) {
        throw new Answer(503, "backendError", "The parts do not meet.");
      }
      received.write(body);
      complete = !range.group(4).equals("*") && Integer.parseInt(range.group(4)) == received.size();
    } else {
      received.write(body);
    }
    if (complete) {
      ObjectNode inserted =
          insert(upload.bucket(), upload.query(), upload.resource(), received.toByteArray());
      uploads.remove(id);
      send(exchange, 200, inserted, lost);
      return;
    }
    if (received.size() > 0) {
      exchange.getResponseHeaders().set("Range", "bytes=0-" + (received.size() - 1));
    }
    if (!lost) {
      exchange.sendResponseHeaders(308, -1);
      exchange.close();
    }
  }

  private ObjectNode insert(
      String bucket, Map<String, String> query, JsonNode resource, byte[] content) {
    Map<String, Stored> objects = bucket(bucket);
    String name = query.getOrDefault("name", resource.path("name").asText(""));
    if (name.isEmpty()) {
      throw new Answer(400, "required", "Required");
    }
    requireGeneration(query, objects.get(name));
    String promised = resource.path("md5Hash").asText("");
    if (!promised.isEmpty() && !promised.equals(md5(content))) {
      throw new Answer(400, "invalid", "Provided MD5 hash does not match the content.");
    }
    Map<String, String> metadata = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : resource.path("metadata").properties()) {
      metadata.put(field.getKey(), field.getValue().asText());
    }
    Stored stored =
        new Stored(
            content,
            resource.path("contentType").asText("application/octet-stream"),
            metadata,
            ++lastGeneration);
    objects.put(name, stored);
    return resource(bucket, name, stored);
  }

  private static void requireGeneration(Map<String, String> query, @Nullable Stored present) {
    @Nullable String expected = query.get("ifGenerationMatch");
    long generation = present == null ? 0 : present.generation();
    if (expected != null && Long.parseLong(expected) != generation) {
      throw new Answer(
          412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Part(JsonNode resource, byte[] content) {}

  /** The two parts of a multipart/related body: the resource as JSON, then the content. */
  private static Part parts(String contentType, byte[] body) throws IOException {
    Matcher boundary = Pattern.compile("boundary=\"?([^\";]+)\"?").matcher(contentType);
    if (!boundary.find()) {
      throw new Answer(400, "badContent", "No boundary in " + contentType);
    }
    // One character for each byte, so that positions are the same.
    String text = new String(body, ISO_8859_1);
    String line = "--" + boundary.group(1);
    int first = text.indexOf(line);
    int second = text.indexOf("\r\n" + line, first + line.length());
    int end = text.lastIndexOf("\r\n" + line + "--");
    int json = text.indexOf("\r\n\r\n", first) + 4;
    int content = text.indexOf("\r\n\r\n", second + 2) + 4;
    return new Part(
        JSON.readTree(Arrays.copyOfRange(body, json, second)),
        Arrays.copyOfRange(body, content, Math.max(content, end)));
  }

  private SortedMap<String, Stored> bucket(String name) {
    @Nullable SortedMap<String, Stored> objects = buckets.get(name);
    if (objects == null) {
      throw new Answer(404, "notFound", "The specified bucket does not exist.");
    }
    return objects;
  }

  private Stored stored(Request request) {
    @Nullable Stored stored = bucket(request.bucket()).get(request.object());
    if (stored == null) {
      throw new Answer(
          404, "notFound", "No such object: " + request.bucket() + "/" + request.object());
    }
    return stored;
  }

  // ---- answers

  private ObjectNode bucketResource(String name) {
    ObjectNode resource =
        JSON.createObjectNode().put("kind", "storage#bucket").put("id", name).put("name", name);
    if (locations.containsKey(name)) {
      resource
          .put("projectNumber", "123456")
          .put("location", locations.get(name))
          .put("locationType", "region")
          .putObject("iamConfiguration")
          .putObject("uniformBucketLevelAccess")
          .put("enabled", true);
    }
    return resource;
  }

  private ObjectNode policy(String name) {
    ObjectNode policy = JSON.createObjectNode().put("kind", "storage#policy");
    ArrayNode bindings = policy.putArray("bindings");
    new TreeMap<>(policies.getOrDefault(name, Map.of()))
        .forEach(
            (role, member) ->
                bindings.addObject().put("role", role).putArray("members").add(member));
    return policy;
  }

  private static ObjectNode resource(String bucket, String name, Stored stored) {
    ObjectNode resource =
        JSON.createObjectNode()
            .put("kind", "storage#object")
            .put("id", bucket + "/" + name + "/" + stored.generation())
            .put("name", name)
            .put("bucket", bucket)
            .put("generation", Long.toString(stored.generation()))
            .put("metageneration", "1")
            .put("contentType", stored.contentType())
            .put("size", Integer.toString(stored.content().length))
            .put("md5Hash", md5(stored.content()))
            .put("crc32c", crc32c(stored.content()))
            .put("timeCreated", "2026-01-01T00:00:00.000Z")
            .put("updated", "2026-01-01T00:00:00.000Z");
    if (!stored.metadata().isEmpty()) {
      ObjectNode metadata = resource.putObject("metadata");
      new TreeMap<>(stored.metadata()).forEach(metadata::put);
    }
    return resource;
  }

  private static void sendError(HttpExchange exchange, Answer answer) throws IOException {
    ObjectNode error =
        JSON.createObjectNode().put("code", answer.status).put("message", answer.text());
    error
        .putArray("errors")
        .addObject()
        .put("message", answer.text())
        .put("domain", "global")
        .put("reason", answer.reason);
    ObjectNode root = JSON.createObjectNode();
    root.set("error", error);
    send(exchange, answer.status, root, false);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode json, boolean lost)
      throws IOException {
    if (lost) {
      return;
    }
    byte[] bytes = JSON.writeValueAsBytes(json);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String md5(byte[] content) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String crc32c(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, content.length);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static String decode(String text) {
    // A plus stands for itself in a path; in a query Google's client writes it as %2B.
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }
}
