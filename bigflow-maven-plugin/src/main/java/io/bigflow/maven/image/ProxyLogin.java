// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Gives user and password to the proxy that the system properties {@code https.proxyHost} and
 * {@code http.proxyHost} name, and to nobody else. Jib reads {@code https.proxyUser} by itself; the
 * HTTP clients of Java ask the authenticator of the process.
 */
final class ProxyLogin extends Authenticator {

  // Java gives no password to a proxy for a tunnel unless this list is empty.
  // https://docs.oracle.com/en/java/javase/17/core/java-networking.html
  private static final String DISABLED = "jdk.http.auth.tunneling.disabledSchemes";

  private final Properties properties;
  private final @Nullable Authenticator other;

  ProxyLogin(Properties properties, @Nullable Authenticator other) {
    this.properties = properties;
    this.other = other;
  }

  /** Lets the process log in, if a user is named. */
  static void install(Properties properties) {
    if (properties.getProperty("https.proxyUser") == null
        && properties.getProperty("http.proxyUser") == null) {
      return;
    }
    if (properties.getProperty(DISABLED) == null) {
      properties.setProperty(DISABLED, "");
    }
    @Nullable Authenticator present = Authenticator.getDefault();
    // By name: in a process that builds often, it may be that of an earlier build.
    if (present == null || !present.getClass().getName().equals(ProxyLogin.class.getName())) {
      Authenticator.setDefault(new ProxyLogin(properties, present));
    }
  }

  @Override
  protected @Nullable PasswordAuthentication getPasswordAuthentication() {
    if (getRequestorType() == RequestorType.PROXY) {
      for (String protocol : List.of("https", "http")) {
        String user = properties.getProperty(protocol + ".proxyUser");
        String password = properties.getProperty(protocol + ".proxyPassword", "");
        if (user != null && isProxy(protocol)) {
          return new PasswordAuthentication(user, password.toCharArray());
        }
      }
    }
    return other == null
        ? null
        : other.requestPasswordAuthenticationInstance(
            getRequestingHost(),
            getRequestingSite(),
            getRequestingPort(),
            getRequestingProtocol(),
            getRequestingPrompt(),
            getRequestingScheme(),
            getRequestingURL(),
            getRequestorType());
  }

  private boolean isProxy(String protocol) {
    return getRequestingHost().equalsIgnoreCase(properties.getProperty(protocol + ".proxyHost"))
        && Integer.toString(getRequestingPort())
            .equals(properties.getProperty(protocol + ".proxyPort"));
  }
}
