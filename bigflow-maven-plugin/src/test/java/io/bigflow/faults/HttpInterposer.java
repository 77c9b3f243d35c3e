// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a deployment and its servers: one address on 127.0.0.1 for both the registry
 * (paths that begin with {@code /v2/}) and Cloud Storage (all others). Numbers every request and
 * does with it what a rule says; without a rule, forwards it.
 *
 * <p>Requests and answers are held in memory whole. All later requests of a client come here too:
 * absolute addresses in answers are rewritten.
 */
final class HttpInterposer implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("\"name\" *: *\"([^\"]+)\"");
  private static final int TLS_HANDSHAKE = 0x16;

  private final ServerSocket socket;
  private final String scheme;
  private final URI gcs;
  private final String registry;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "interposer");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<Socket, Boolean> clients = new ConcurrentHashMap<>();
  private final List<Request> requests = new ArrayList<>();
  private Rule rule = request -> Reaction.FORWARD;

  /**
   * A request as it came.
   *
   * @param number counts from 1 since the start, or since {@link #restart}
   * @param target path and query
   */
  record Request(int number, String method, String target, HttpMessage message) {

    /** Whether it is for the registry. */
    boolean isRegistry() {
      return target.startsWith("/v2/");
    }

    /** Whether it is for Cloud Storage. */
    boolean isStorage() {
      return !isRegistry();
    }

    /** Whether it changes something. */
    boolean isWrite() {
      return !method.equals("GET") && !method.equals("HEAD");
    }

    /** The name of the object that it writes; empty if it writes none. */
    String object() {
      Matcher name = NAME.matcher(isUpload() ? text() : "");
      return name.find() ? name.group(1) : "";
    }

    /** Whether it writes a DAG file of ours. */
    boolean isDagUpload() {
      return object().startsWith(Deploys.folder());
    }

    /** The body as text, one character for each byte. */
    String text() {
      return new String(message.body(), ISO_8859_1);
    }

    /** What it wants, the same at every attempt: method, path and the name of what is written. */
    String wish() {
      return method
          + " "
          + target.replaceFirst("\\?.*", "").replaceFirst("/uploads/.*", "/uploads")
          + " "
          + object();
    }

    /** Whether it writes an object of the bucket. */
    boolean isUpload() {
      return method.equals("POST") && target.startsWith("/upload/storage/");
    }

    /** Method and path, without the query, whose ids differ from run to run. */
    @Override
    public String toString() {
      return number + ": " + method + " " + target.replaceFirst("\\?.*", "");
    }
  }

  /** What happens to a request, in the order of the parts. */
  record Reaction(
      @Nullable Runnable before,
      boolean isForwarded,
      @Nullable Runnable after,
      @Nullable HttpMessage instead,
      boolean isAnswered) {

    /** Nothing special. */
    static final Reaction FORWARD = new Reaction(null, true, null, null, true);

    /** The connection breaks before the server sees the request. */
    static final Reaction LOSE_REQUEST = new Reaction(null, false, null, null, false);

    /** The server does what it is asked to; then the connection breaks. */
    static final Reaction LOSE_ANSWER = new Reaction(null, true, null, null, false);

    /** The server does not see the request. */
    static Reaction answer(HttpMessage answer) {
      return new Reaction(null, false, null, answer, true);
    }

    /** Something happens before the server would see the request, which is lost. */
    static Reaction before(Runnable action) {
      return new Reaction(action, false, null, null, false);
    }

    /** Something happens after the server did what it was asked to; the answer is lost. */
    static Reaction after(Runnable action) {
      return new Reaction(null, true, action, null, false);
    }

    /** Something happens after the server did what it was asked to, before the answer goes on. */
    static Reaction lateAnswer(Runnable action) {
      return new Reaction(null, true, action, null, true);
    }

    /** Something happens before the request goes on. */
    static Reaction late(Runnable action) {
      return new Reaction(action, true, null, null, true);
    }
  }

  /** Decides about each request, in the order of their numbers. */
  interface Rule {
    Reaction react(Request request);
  }

  private HttpInterposer(ServerSocket socket, String scheme, URI gcs, String registry) {
    this.socket = socket;
    this.scheme = scheme;
    this.gcs = gcs;
    this.registry = registry;
    threads.execute(this::accept);
  }

  /**
   * Starts on a free port, with plain HTTP.
   *
   * @param gcs where Cloud Storage listens
   * @param registry host and port of the registry
   */
  static HttpInterposer start(URI gcs, String registry) {
    try {
      return new HttpInterposer(new ServerSocket(0, 200, loopback()), "http", gcs, registry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts on a free port, with TLS. */
  static HttpInterposer start(URI gcs, String registry, SSLContext tls) {
    try {
      return new HttpInterposer(
          tls.getServerSocketFactory().createServerSocket(0, 200, loopback()),
          "https",
          gcs,
          registry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Not the loopback address, which may be ::1, but the one by which images name it.
  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /** Host and port, as the registry of an image is named. */
  String authority() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** The address of Cloud Storage. */
  URI uri() {
    return URI.create(scheme + "://" + authority());
  }

  /** Forgets the requests, counts from 1 again, and follows another rule. */
  synchronized void restart(Rule next) {
    requests.clear();
    rule = next;
  }

  /** Forwards everything from now on. */
  void restart() {
    restart(request -> Reaction.FORWARD);
  }

  /** The requests since the start. */
  synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket client : clients.keySet()) {
        client.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket client) {
    clients.put(client, true);
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      in.mark(1);
      int first = in.read();
      in.reset();
      if (first == TLS_HANDSHAKE) {
        // Jib greets every registry with TLS first; a plain server answers like this.
        out.write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
        client.shutdownOutput();
        in.transferTo(OutputStream.nullOutputStream());
        return;
      }
      @Nullable HttpMessage message = HttpMessage.readRequest(in, out);
      while (message != null && handle(message, out)) {
        message = HttpMessage.readRequest(in, out);
      }
    } catch (IOException e) {
      // The client went away, or the server did: the client sees a broken connection.
    } finally {
      clients.remove(client);
    }
  }

  /** Returns whether the connection stays. */
  private boolean handle(HttpMessage message, OutputStream out) throws IOException {
    String[] line = message.start().split(" ", 3);
    Request request;
    Reaction reaction;
    synchronized (this) {
      request = new Request(requests.size() + 1, line[0], line[1], message);
      requests.add(request);
      reaction = rule.react(request);
    }
    if (reaction.before() != null) {
      reaction.before().run();
    }
    @Nullable HttpMessage answer = reaction.instead();
    if (reaction.isForwarded()) {
      answer = forward(request);
    }
    if (reaction.after() != null) {
      reaction.after().run();
    }
    if (!reaction.isAnswered() || answer == null) {
      return false;
    }
    answer.writeAnswer(out, hasBody(request, answer));
    return true;
  }

  private HttpMessage forward(Request request) throws IOException {
    URI upstream = request.isRegistry() ? URI.create("http://" + registry) : gcs;
    try (Socket server = new Socket(upstream.getHost(), upstream.getPort())) {
      server.setTcpNoDelay(true);
      request.message().writeRequest(server.getOutputStream());
      InputStream in = new BufferedInputStream(server.getInputStream());
      boolean isHead = request.method().equals("HEAD");
      HttpMessage answer = HttpMessage.readAnswer(in, !isHead);
      List<HttpMessage.Header> headers =
          answer.headers().stream()
              .map(
                  header ->
                      header.is("Location")
                          ? new HttpMessage.Header(
                              header.name(),
                              header.value().replace(upstream.toString(), uri().toString()))
                          : header)
              .toList();
      return new HttpMessage(answer.start(), headers, answer.body());
    }
  }

  private static boolean hasBody(Request request, HttpMessage answer) {
    return !request.method().equals("HEAD") && answer.status() != 204 && answer.status() != 304;
  }
}
