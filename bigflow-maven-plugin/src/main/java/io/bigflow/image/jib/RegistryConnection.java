// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.global.JibSystemProperties;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.registry.RegistryClient;
import io.bigflow.image.LoginSource;
import io.bigflow.image.RegistryHost;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A logged-in client of one repository. Every call repeats what may pass, logs in again when the
 * login has expired and its source has a newer one, and translates errors.
 */
final class RegistryConnection implements AutoCloseable {

  private static final int HTTPS_PORT = 443;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

  private final String repository;
  private final Settings settings;
  private final FailoverHttpClient http;
  private final List<String> asked = new ArrayList<>();
  private final ImageReference reference;
  private final boolean forPush;
  private volatile String login = "";
  private volatile @Nullable Session session;

  /**
   * A login.
   *
   * @param credential null if there is none
   */
  private record Session(RegistryClient client, @Nullable Credential credential) {}

  /**
   * How to connect.
   *
   * @param logins who may know the credentials; the first one that knows them is used
   * @param allowInsecure whether plain HTTP and unverified certificates are accepted from other
   *     machines too
   * @param pauses the waits between attempts; their number is that of the repetitions
   */
  record Settings(
      List<LoginSource> logins, boolean allowInsecure, Progress progress, List<Duration> pauses) {
    Settings {
      logins = List.copyOf(logins);
      pauses = List.copyOf(pauses);
    }
  }

  RegistryConnection(String repository, boolean forPush, Settings settings) {
    this.repository = repository;
    this.settings = settings;
    this.reference = parse(repository);
    this.forPush = forPush;
    String host = reference.getRegistry();
    boolean loopback = RegistryHost.isLoopback(host);
    this.http =
        new FailoverHttpClient(
            settings.allowInsecure() || loopback,
            loopback || JibSystemProperties.sendCredentialsOverHttp(),
            this::log);
    call("reach", () -> probe(host));
    Credential credential = credential(host);
    this.session = call("log in to", () -> logIn(credential));
  }

  private Session logIn(@Nullable Credential credential) throws IOException, RegistryException {
    RegistryClient client =
        RegistryClient.factory(
                EventHandlers.builder().add(LogEvent.class, this::log).build(),
                reference.getRegistry(),
                reference.getRepository(),
                http)
            .setCredential(credential)
            .setUserAgent("bigflow")
            .newRegistryClient();
    boolean basic = !(forPush ? client.doPushBearerAuth() : client.doPullBearerAuth());
    if (basic && credential != null && !credential.isOAuth2RefreshToken()) {
      client.configureBasicAuth();
    }
    return new Session(client, credential);
  }

  /** Whether there is a newer login than the one that was refused. */
  private synchronized boolean renew(Session refused) throws IOException, RegistryException {
    if (!refused.equals(session)) {
      return true;
    }
    Credential newer = credential(reference.getRegistry());
    if (newer == null || newer.equals(refused.credential())) {
      return false;
    }
    session = logIn(newer);
    return true;
  }

  /** A request to the registry. */
  interface Call<T> {
    T run() throws IOException, RegistryException;
  }

  /** The client, to be used inside {@link #call}. */
  RegistryClient client() {
    return Objects.requireNonNull(session).client();
  }

  /**
   * Makes a request.
   *
   * @param action what is done to the repository, for messages: {@code push to}
   */
  <T> T call(String action, Call<T> call) {
    for (Duration pause : settings.pauses()) {
      try {
        return attempt(call);
      } catch (IOException | RegistryException e) {
        if (!RegistryFailures.mayPass(e)) {
          throw translate(action, e);
        }
        settings
            .progress()
            .detail("Cannot " + action + " " + repository + " now; trying again in " + pause);
        sleep(pause);
      }
    }
    try {
      return attempt(call);
    } catch (IOException | RegistryException e) {
      throw translate(action, e);
    }
  }

  private <T> T attempt(Call<T> call) throws IOException, RegistryException {
    Session used = session;
    try {
      return call.run();
    } catch (IOException | RegistryException e) {
      if (used == null || !RegistryFailures.isRefusedLogin(e) || !renew(used)) {
        throw e;
      }
      settings.progress().detail("The login for " + repository + " had expired; logged in again");
      return call.run();
    }
  }

  /** Jib's client tries a host that is not there for a minute without a word. */
  private static boolean probe(String host) throws IOException {
    URI address = URI.create("https://" + host);
    boolean direct =
        ProxySelector.getDefault().select(address).stream()
            .allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT);
    if (direct && !RegistryHost.isLoopback(host)) {
      int port = address.getPort() < 0 ? HTTPS_PORT : address.getPort();
      try (Socket socket = new Socket()) {
        InetSocketAddress target = new InetSocketAddress(address.getHost(), port);
        if (target.isUnresolved()) {
          throw new UnknownHostException(address.getHost());
        }
        socket.connect(target, (int) CONNECT_TIMEOUT.toMillis());
      }
    }
    return direct;
  }

  private BigflowException translate(String action, Exception e) {
    return RegistryFailures.translate(e, action, repository, login, asked);
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Credential credential(String host) {
    asked.clear();
    for (LoginSource source : settings.logins()) {
      asked.add(source.name());
      var found = source.login(host);
      if (found.isPresent()) {
        login = source.name();
        settings.progress().detail("Logging in to " + host + " with the login of " + login);
        return Credential.from(found.get().username(), found.get().password());
      }
    }
    return null;
  }

  private static ImageReference parse(String repository) {
    try {
      return ImageReference.parse(repository);
    } catch (InvalidImageReferenceException e) {
      throw new IllegalArgumentException(repository, e);
    }
  }

  /** Jib colours some of its messages. */
  private void log(LogEvent event) {
    settings.progress().detail(event.getMessage().replaceAll("\u001B\\[[0-9;]*m", ""));
  }

  @Override
  public void close() {
    try {
      http.shutDown();
    } catch (IOException e) {
      settings.progress().detail("A connection to " + repository + " did not end well: " + e);
    }
  }
}
