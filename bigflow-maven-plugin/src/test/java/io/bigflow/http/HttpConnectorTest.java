// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeGoogle.Reply;
import io.bigflow.fakes.ProxyLogins;
import io.bigflow.fakes.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;
import org.apache.commons.logging.LogFactory;
import org.apache.commons.logging.impl.Jdk14Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to a server, past a proxy that wants a login. */
final class HttpConnectorTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final URI PAGE =
      URI.create("https://server.example.com/a%2Fb//c?d=%2F&e=CANARY-q");

  private final FakeGoogle google = FakeGoogle.start();

  @AfterEach
  void close() {
    ProxyLogins.forget();
    google.close();
  }

  private HttpConnector connector() {
    return new HttpConnector(
        ProxySelector.of(google.proxy()), Optional.of(TestCertificates.get().client()));
  }

  private static HttpCall get(URI uri) {
    return new HttpCall("GET", uri, Map.of("Authorization", "Bearer CANARY-token"), null);
  }

  // ---- the proxy

  @ParameterizedTest
  @ValueSource(strings = {"https", "http"})
  void theLoginGoesToTheProxyAlone(String scheme) throws Exception {
    google
        .requiringProxyLogin("builder", "pass:word")
        .answering("server.example.com", Reply.text(200, "hello"));
    HttpConnector connector = connector();
    URI uri = URI.create(PAGE.toString().replace("https:", scheme + ":"));
    ProxyLogins.know(google, "builder", "pass:word");
    for (int i = 0; i < 3; i++) {
      HttpAnswer answer = connector.send(get(uri), LIMIT);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(new String(answer.body(), UTF_8)).isEqualTo("hello");
    }
    assertThat(google.requests()).hasSize(3);
    assertThat(google.requests())
        .allSatisfy(
            request -> {
              assertThat(request.path()).endsWith("/a%2Fb//c?d=%2F&e=CANARY-q");
              assertThat(request.header("Authorization")).isEqualTo("Bearer CANARY-token");
            });
    if (scheme.equals("https")) {
      assertThat(google.tunnels()).as("one connection").hasSize(1);
      assertThat(google.requests().get(0).headers()).doesNotContainKey("proxy-authorization");
    }
  }

  @ParameterizedTest
  @CsvSource({"https,'',MISSING", "https,bad,REFUSED", "http,'',MISSING", "http,bad,REFUSED"})
  void whatBecameOfTheLoginIsKnown(String scheme, String password, ProxyRefusal.Login expected) {
    google.requiringProxyLogin("builder", "password");
    ProxyLogins.know(google, "builder", password);
    Throwable failure =
        catchThrowable(
            () -> connector().send(get(URI.create(scheme + "://server.example.com/")), LIMIT));

    assertThat(failure).isInstanceOf(ProxyRefusal.class);
    ProxyRefusal refusal = (ProxyRefusal) failure;
    assertThat(refusal.isAboutLogin()).isTrue();
    assertThat(refusal).hasMessage(new ProxyRefusal(407, expected).getMessage());
    assertThat(google.requests()).isEmpty();
  }

  @Test
  void aProxyThatTakesNeitherBasicNorDigestIsSaid() throws Exception {
    try (Answering proxy =
        new Answering("HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n")) {
      ProxyLogins.know(proxy.port(), "builder", "password");
      assertThatThrownBy(() -> proxy.asProxy().send(get(PAGE), LIMIT))
          .isInstanceOf(ProxyRefusal.class)
          .hasMessageContaining("takes neither Basic nor Digest");
      assertThat(proxy.heads()).noneMatch(head -> head.contains("Proxy-Authorization"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 401, 403, 404, 503})
  void aTunnelThatIsRefusedIsNotTakenForTheServersAnswer(int status) throws Exception {
    try (Answering proxy =
        new Answering(
            "HTTP/1.1 "
                + status
                + " No\r\nLocation: https://x.example.com/\r\nContent-Length: 6\r\n\r\nCANARY")) {
      assertThatThrownBy(() -> proxy.asProxy().send(get(PAGE), LIMIT))
          .isInstanceOf(ProxyRefusal.class)
          .hasMessage("the proxy lets no connection through (" + status + ")");
      assertThat(proxy.heads().get(0))
          .startsWith("CONNECT server.example.com:443 HTTP/1.1\r\n")
          .doesNotContain("CANARY");
    }
  }

  @Test
  void aServerThatAsksForALoginGetsNone() throws Exception {
    google.answering(
        "server.example.com",
        new Reply(401, Map.of("WWW-Authenticate", "Basic realm=\"x\""), new byte[0]));
    ProxyLogins.know(google, "builder", "password");
    HttpCall call = new HttpCall("GET", PAGE, Map.of(), null);

    assertThat(connector().send(call, LIMIT).status()).isEqualTo(401);
    assertThat(google.requests()).hasSize(1);
    assertThat(google.requests().get(0).headers()).doesNotContainKey("authorization");
  }

  @Test
  void hostsAreExceptedFromTheProxy() throws Exception {
    try (Answering server =
        new Answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
      List<String> names = List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts");
      List<String> before = names.stream().map(name -> System.getProperty(name, "")).toList();
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", Integer.toString(google.proxy().getPort()));
      System.setProperty("http.nonProxyHosts", "excepted.example.com");
      try {
        HttpConnector connector = new HttpConnector(ProxySelector.getDefault(), Optional.empty());
        for (String host : List.of("127.0.0.1", "localhost")) {
          URI uri = URI.create("http://" + host + ":" + server.port() + "/");
          assertThat(connector.send(get(uri), LIMIT).status()).isEqualTo(200);
        }
        assertThatThrownBy(
                () -> connector.send(get(URI.create("http://excepted.example.com/")), LIMIT))
            .isInstanceOf(UnknownHostException.class);
        assertThat(google.tunnels()).isEmpty();
        google.answering("server.example.com", Reply.text(200, ""));
        connector.send(get(URI.create("http://server.example.com/")), LIMIT);
        assertThat(google.tunnels()).containsExactly("server.example.com");
      } finally {
        for (int i = 0; i < names.size(); i++) {
          if (before.get(i).isEmpty()) {
            System.clearProperty(names.get(i));
          } else {
            System.setProperty(names.get(i), before.get(i));
          }
        }
      }
    }
  }

  // ---- the server

  @Test
  void theServersCertificateIsVerified() {
    HttpConnector trustingJava =
        new HttpConnector(ProxySelector.of(google.proxy()), Optional.empty());
    URI other = URI.create("https://server.example.org/");

    assertThatThrownBy(() -> trustingJava.send(get(PAGE), LIMIT)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> connector().send(get(other), LIMIT)).isInstanceOf(SSLException.class);
    assertThat(google.requests()).isEmpty();
  }

  @Test
  void aRedirectIsAnAnswer() throws Exception {
    google.answering(
        "server.example.com", new Reply(302, Map.of("Location", "/login?x=1"), new byte[0]));

    HttpAnswer answer = connector().send(get(PAGE), LIMIT);

    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.target()).hasToString("https://server.example.com/login?x=1");
    assertThat(google.requests()).hasSize(1);
  }

  @Test
  void aBodyIsSentAsItIs() throws Exception {
    google.answering("server.example.com", Reply.text(200, ""));
    HttpCall call =
        new HttpCall(
            "POST", PAGE, Map.of("Content-Type", "application/json"), "{\"a\":\"\u00e4\"}");

    connector().send(call, LIMIT);

    assertThat(google.requests().get(0).text()).isEqualTo("{\"a\":\"\u00e4\"}");
    assertThat(google.requests().get(0).header("Content-Type")).isEqualTo("application/json");
    assertThat(google.requests().get(0).header("Accept-Encoding")).isEmpty();
  }

  @Test
  void theLimitHoldsForTheWholeAnswer() throws Exception {
    try (Answering slow = new Answering("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", true)) {
      long start = System.nanoTime();

      assertThatThrownBy(() -> slow.asServer().send(get(slow.address()), Duration.ofMillis(500)))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessage("no answer in time");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void anInterruptEndsTheRequest() throws Exception {
    try (Answering silent = new Answering("")) {
      AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
      Thread thread =
          new Thread(
              () ->
                  failure.set(
                      catchThrowable(() -> silent.asServer().send(get(silent.address()), LIMIT))));
      thread.start();
      assertThat(silent.awaitRequest()).isTrue();
      thread.interrupt();
      thread.join(10_000);

      assertThat(failure.get()).isInstanceOf(InterruptedException.class);
      assertThat(silent.awaitHangUp()).as("the connection is closed").isTrue();
    }
  }

  @Test
  void whatIsNotHttpIsNotQuoted() throws Exception {
    try (Answering server = new Answering("220 CANARY smtp\r\n\r\n")) {
      Throwable failure =
          catchThrowable(() -> server.asServer().send(get(server.address()), LIMIT));

      assertThat(failure).isInstanceOf(IOException.class).hasMessage("the answer is not HTTP");
      assertThat(failure).hasNoCause();
    }
  }

  // ---- the log

  @Test
  void nothingOfWhatIsSentIsLogged() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler recorder =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(entry.getLoggerName() + " " + entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("org.apache.http");
    @Nullable Level before = logger.getLevel();
    recorder.setLevel(Level.ALL);
    // Jib switches the log off; others may switch it on.
    LogFactory.releaseAll();
    LogFactory.getFactory()
        .setAttribute("org.apache.commons.logging.Log", Jdk14Logger.class.getName());
    logger.addHandler(recorder);
    logger.setLevel(Level.ALL);
    google
        .requiringProxyLogin("CANARY-builder", "CANARY-password")
        .answering(
            "server.example.com",
            new Reply(200, Map.of("Set-Cookie", "a=CANARY"), "CANARY".getBytes(UTF_8)));
    try {
      ProxyLogins.know(google, "CANARY-builder", "CANARY-password");
      HttpCall call =
          new HttpCall("POST", PAGE, Map.of("X-Vault-Token", "CANARY-token"), "CANARY-body");

      assertThat(connector().send(call, LIMIT).status()).isEqualTo(200);
      assertThat(call.toString() + connector().send(call, LIMIT)).doesNotContain("CANARY");
    } finally {
      logger.setLevel(before);
      logger.removeHandler(recorder);
      LogFactory.releaseAll();
    }
    assertThat(google.requests().get(0).text()).isEqualTo("CANARY-body");
    assertThat(lines).as("the log is on").anyMatch(line -> line.contains("Executing request POST"));
    assertThat(lines).noneMatch(line -> line.contains("CANARY") || line.contains("Q0FOQVJZ"));
  }

  /** A server that answers each request with the same bytes. */
  private static final class Answering implements AutoCloseable {
    private final ServerSocket socket =
        new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final byte[] answer;
    private final boolean drips;

    Answering(String answer) throws IOException {
      this(answer, false);
    }

    Answering(String answer, boolean drips) throws IOException {
      this.answer = answer.getBytes(ISO_8859_1);
      this.drips = drips;
      Thread thread = new Thread(this::accept, "answering");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          StringBuilder head = new StringBuilder();
          for (int b = client.getInputStream().read(); b >= 0; b = client.getInputStream().read()) {
            head.append((char) b);
            if (head.toString().endsWith("\r\n\r\n")) {
              heads.add(head.toString());
              head.setLength(0);
              asked.countDown();
              client.getOutputStream().write(answer);
              while (drips) {
                client.getOutputStream().write('x');
                client.getOutputStream().flush();
                TimeUnit.MILLISECONDS.sleep(20);
              }
            }
          }
        } catch (IOException e) {
          // One of both has hung up.
        } catch (InterruptedException e) {
          return;
        }
        left.countDown();
      }
    }

    int port() {
      return socket.getLocalPort();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + port() + "/");
    }

    List<String> heads() {
      return heads;
    }

    boolean awaitRequest() throws InterruptedException {
      return asked.await(10, TimeUnit.SECONDS);
    }

    boolean awaitHangUp() throws InterruptedException {
      return left.await(10, TimeUnit.SECONDS);
    }

    HttpConnector asProxy() {
      return new HttpConnector(
          ProxySelector.of(InetSocketAddress.createUnresolved("127.0.0.1", port())),
          Optional.empty());
    }

    HttpConnector asServer() {
      return new HttpConnector(ProxySelector.of(null), Optional.empty());
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
