// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import org.jspecify.annotations.Nullable;

/** The login for one proxy, which the process knows until it is forgotten. */
public final class ProxyLogins extends Authenticator {

  private final int port;
  private final String user;
  private final String password;

  private ProxyLogins(int port, String user, String password) {
    this.port = port;
    this.user = user;
    this.password = password;
  }

  /**
   * Lets the process know a login.
   *
   * @param password empty = there is no login
   */
  public static void know(FakeGoogle proxy, String user, String password) {
    know(proxy.proxy().getPort(), user, password);
  }

  /** Lets the process know the login for the proxy at a port of this machine. */
  public static void know(int port, String user, String password) {
    Authenticator.setDefault(new ProxyLogins(port, user, password));
  }

  @Override
  protected @Nullable PasswordAuthentication getPasswordAuthentication() {
    if (getRequestorType() != RequestorType.PROXY) {
      // Whoever asks for a server's login would send it.
      return new PasswordAuthentication("CANARY-user", "CANARY-password".toCharArray());
    }
    return getRequestingPort() == port && !password.isEmpty()
        ? new PasswordAuthentication(user, password.toCharArray())
        : null;
  }

  /** Lets the process know none. */
  public static void forget() {
    Authenticator.setDefault(null);
  }
}
