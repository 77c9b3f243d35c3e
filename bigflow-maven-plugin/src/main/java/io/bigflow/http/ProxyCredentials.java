// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import java.net.Authenticator;
import java.net.Authenticator.RequestorType;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.URL;
import org.apache.http.HttpHost;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.Credentials;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.CredentialsProvider;
import org.jspecify.annotations.Nullable;

/**
 * The login for the proxy on the way to one server, from where the clients of Google have it: the
 * authenticator of the process. There is none for anybody else.
 */
final class ProxyCredentials implements CredentialsProvider {

  private final URI target;
  private final @Nullable HttpHost proxy;
  private volatile boolean given;

  ProxyCredentials(URI target, @Nullable HttpHost proxy) {
    this.target = target;
    this.proxy = proxy;
  }

  /** Whether the proxy got the login. */
  boolean given() {
    return given;
  }

  /** Whether there is a login. */
  boolean known() {
    return find("", "basic") != null;
  }

  @Override
  public @Nullable Credentials getCredentials(AuthScope scope) {
    HttpHost asking = proxy;
    if (asking == null
        || !asking.getHostName().equalsIgnoreCase(scope.getHost())
        || asking.getPort() != scope.getPort()) {
      return null;
    }
    PasswordAuthentication login = find(scope.getRealm(), scope.getScheme());
    if (login == null) {
      return null;
    }
    given = true;
    return new UsernamePasswordCredentials(login.getUserName(), new String(login.getPassword()));
  }

  private @Nullable PasswordAuthentication find(@Nullable String realm, @Nullable String scheme) {
    HttpHost asking = proxy;
    return asking == null
        ? null
        : Authenticator.requestPasswordAuthentication(
            asking.getHostName(),
            null,
            asking.getPort(),
            "http",
            realm,
            scheme,
            url(),
            RequestorType.PROXY);
  }

  private @Nullable URL url() {
    try {
      return target.toURL();
    } catch (MalformedURLException e) {
      return null; // It is for information only.
    }
  }

  // The client only reads; whoever would write must hear that it has no effect.
  @Override
  public void setCredentials(AuthScope scope, Credentials credentials) {
    throw new UnsupportedOperationException("The login is that of the process");
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException("The login is that of the process");
  }
}
