// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.http.Header;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpEntity;
import org.apache.http.HttpException;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.auth.AuthSchemeProvider;
import org.apache.http.client.ClientProtocolException;
import org.apache.http.client.config.AuthSchemes;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.config.ConnectionConfig;
import org.apache.http.config.MessageConstraints;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.HttpConnectionFactory;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.impl.auth.BasicSchemeFactory;
import org.apache.http.impl.auth.DigestSchemeFactory;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.client.TargetAuthenticationStrategy;
import org.apache.http.impl.conn.DefaultManagedHttpClientConnection;
import org.apache.http.impl.conn.DefaultRoutePlanner;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpRequestExecutor;
import org.apache.http.util.EntityUtils;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with the HTTP client that Jib brings, over HTTP/1.1. It logs in to a proxy by
 * itself. Java's newer client could do so through a tunnel only if nobody in the process had used
 * it before a system property was set, and in Maven somebody may have.
 *
 * <p>No redirect is followed, nothing is sent twice, cookies are not kept, TLS is always verified,
 * and the only login that is added is that for the proxy. Headers, bodies and queries are never
 * logged.
 */
public final class HttpConnector {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int BUFFER = 8 * 1024;
  private static final int LONGEST_LINE = 64 * 1024;
  private static final int MOST_HEADERS = 1000;
  // A server may have closed a connection that was idle for a moment.
  private static final int UNCHECKED_MILLIS = 1;

  private static final String QUERY = "bigflow.query";

  private final ProxySelector proxies;
  private final CloseableHttpClient client;

  /**
   * A client.
   *
   * @param proxies which proxy leads to a host
   * @param tls what is trusted; empty = what Java trusts
   */
  public HttpConnector(ProxySelector proxies, Optional<SSLContext> tls) {
    this.proxies = proxies;
    this.client =
        HttpClients.custom()
            .setUserAgent("bigflow")
            .setRequestExecutor(new QueryAdding())
            .setConnectionManager(connections(tls.orElseGet(HttpConnector::trustOfJava)))
            .setRoutePlanner(
                new DefaultRoutePlanner(null) {
                  @Override
                  protected @Nullable HttpHost determineProxy(
                      HttpHost target, HttpRequest request, HttpContext context) {
                    return proxy(URI.create(target.toURI()));
                  }
                })
            // Whoever asks for a login is not the proxy.
            .setTargetAuthenticationStrategy(
                new TargetAuthenticationStrategy() {
                  @Override
                  public boolean isAuthenticationRequested(
                      HttpHost host, HttpResponse response, HttpContext context) {
                    return false;
                  }
                })
            // The password is encoded as Java's own clients do it.
            .setDefaultAuthSchemeRegistry(
                RegistryBuilder.<AuthSchemeProvider>create()
                    .register(AuthSchemes.DIGEST, new DigestSchemeFactory(ISO_8859_1))
                    .register(AuthSchemes.BASIC, new BasicSchemeFactory(ISO_8859_1))
                    .build())
            .disableAuthCaching()
            .disableAutomaticRetries()
            .disableConnectionState()
            .disableContentCompression()
            .disableCookieManagement()
            .disableRedirectHandling()
            .build();
  }

  private static PoolingHttpClientConnectionManager connections(SSLContext tls) {
    PoolingHttpClientConnectionManager connections =
        new PoolingHttpClientConnectionManager(
            RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", new SSLConnectionSocketFactory(tls))
                .build(),
            new Silent());
    connections.setValidateAfterInactivity(UNCHECKED_MILLIS);
    return connections;
  }

  private static SSLContext trustOfJava() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the trust store of Java cannot be used", e);
    }
  }

  /** Connections that do not log what goes through them, whatever the log's level. */
  private static final class Silent
      implements HttpConnectionFactory<HttpRoute, ManagedHttpClientConnection> {
    @Override
    public ManagedHttpClientConnection create(HttpRoute route, @Nullable ConnectionConfig config) {
      return new DefaultManagedHttpClientConnection(
          "bigflow",
          BUFFER,
          BUFFER,
          null,
          null,
          MessageConstraints.custom()
              .setMaxLineLength(LONGEST_LINE)
              .setMaxHeaderCount(MOST_HEADERS)
              .build(),
          null,
          null,
          null,
          null);
    }
  }

  /** Adds the query when the request is written: until then the client logs what it does. */
  private static final class QueryAdding extends HttpRequestExecutor {
    @Override
    protected HttpResponse doSendRequest(
        HttpRequest request, HttpClientConnection connection, HttpContext context)
        throws IOException, HttpException {
      if (!(request instanceof HttpRequestWrapper sent)
          || !(context.getAttribute(QUERY) instanceof String query)) {
        return super.doSendRequest(request, connection, context);
      }
      URI logged = sent.getURI();
      sent.setURI(URI.create(logged + "?" + query));
      try {
        return super.doSendRequest(request, connection, context);
      } finally {
        sent.setURI(logged);
      }
    }
  }

  /** By the name that it has in the configuration, for the login is found by that. */
  private @Nullable HttpHost proxy(URI target) {
    for (Proxy proxy : proxies.select(target)) {
      if (proxy.type() == Proxy.Type.DIRECT) {
        return null;
      }
      if (proxy.type() == Proxy.Type.HTTP && proxy.address() instanceof InetSocketAddress address) {
        return new HttpHost(address.getHostString(), address.getPort());
      }
    }
    return null;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @param limit how long that may take altogether; connecting has a limit of its own
   * @throws ProxyRefusal if the proxy does not let the request through
   * @throws SocketTimeoutException if it takes too long
   * @throws IOException if there is no answer; the message quotes nothing that was sent
   * @throws InterruptedException if the thread is interrupted meanwhile, which ends the request
   */
  public HttpAnswer send(HttpCall call, Duration limit) throws IOException, InterruptedException {
    HttpHost proxy = proxy(call.uri());
    // To a proxy in plain text the query goes as it is: a Digest login covers it.
    boolean hides = proxy == null || "https".equalsIgnoreCase(call.uri().getScheme());
    HttpClientContext context = HttpClientContext.create();
    if (hides) {
      context.setAttribute(QUERY, call.uri().getRawQuery());
    }
    ProxyCredentials login = new ProxyCredentials(call.uri(), proxy);
    context.setCredentialsProvider(login);
    HttpUriRequest request = request(call, hides, limit);
    FutureTask<HttpAnswer> exchange =
        new FutureTask<>(() -> exchange(call, request, context, login));
    // Reading from a socket cannot be interrupted: the one who waits must not be the one who reads.
    Thread thread = new Thread(exchange, "bigflow-http");
    thread.setDaemon(true);
    thread.start();
    try {
      return exchange.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      request.abort();
      throw new SocketTimeoutException("no answer in time");
    } catch (InterruptedException e) {
      request.abort();
      throw e;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private static IOException failure(@Nullable Throwable cause) {
    if (cause instanceof ClientProtocolException) {
      // Its causes quote the answer.
      return new IOException("the answer is not HTTP");
    }
    if (cause instanceof InterruptedIOException) {
      return new SocketTimeoutException("no answer in time");
    }
    return cause instanceof IOException failure ? failure : new IOException(cause);
  }

  private static HttpUriRequest request(HttpCall call, boolean hidesQuery, Duration limit) {
    String address = call.uri().toString();
    int millis = Math.toIntExact(limit.toMillis());
    RequestBuilder request =
        RequestBuilder.create(call.method())
            .setUri(hidesQuery ? address.replaceFirst("\\?.*", "") : address)
            .setConfig(
                RequestConfig.custom()
                    .setConnectTimeout((int) CONNECT.toMillis())
                    .setConnectionRequestTimeout(millis)
                    .setSocketTimeout(millis)
                    .setNormalizeUri(false)
                    .setRedirectsEnabled(false)
                    .setProxyPreferredAuthSchemes(List.of(AuthSchemes.DIGEST, AuthSchemes.BASIC))
                    .build());
    call.headers().forEach(request::setHeader);
    String body = call.body();
    if (body != null) {
      request.setEntity(new ByteArrayEntity(body.getBytes(UTF_8)));
    }
    return request.build();
  }

  private HttpAnswer exchange(
      HttpCall call, HttpUriRequest request, HttpClientContext context, ProxyCredentials login)
      throws IOException {
    try (CloseableHttpResponse response = client.execute(request, context)) {
      int status = response.getStatusLine().getStatusCode();
      // The client gives the refusal of a tunnel as if the server had answered.
      boolean isTunnel = context.getRequest().getRequestLine().getMethod().equals("CONNECT");
      if (isTunnel || status == 407) {
        throw new ProxyRefusal(status, became(login));
      }
      Map<String, String> headers = new HashMap<>();
      for (Header header : response.getAllHeaders()) {
        headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), header.getValue());
      }
      HttpEntity entity = response.getEntity();
      byte[] body = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
      return new HttpAnswer(call.uri(), status, headers, body);
    }
  }

  private static ProxyRefusal.Login became(ProxyCredentials login) {
    if (login.given()) {
      return ProxyRefusal.Login.REFUSED;
    }
    return login.known() ? ProxyRefusal.Login.UNSUPPORTED : ProxyRefusal.Login.MISSING;
  }
}
