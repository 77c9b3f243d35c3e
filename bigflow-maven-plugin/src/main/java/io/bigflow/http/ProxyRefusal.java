// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import java.io.IOException;

/** The proxy on the way answered in place of the server. Its message is for users. */
public final class ProxyRefusal extends IOException {

  private static final long serialVersionUID = 1;

  /** What became of the login. */
  public enum Login {
    /** The proxy got it, and does not accept it. */
    REFUSED,
    /** There is none for this proxy. */
    MISSING,
    /** There is one, but the proxy takes neither Basic nor Digest. */
    UNSUPPORTED
  }

  private final int status;
  private final Login login;

  ProxyRefusal(int status, Login login) {
    super(reason(status, login));
    this.status = status;
    this.login = login;
  }

  /** 407 = it asks for a login. */
  public int status() {
    return status;
  }

  /** Whether the reason is the login to the proxy. */
  public boolean isAboutLogin() {
    return status == 407;
  }

  private static String reason(int status, Login login) {
    if (status != 407) {
      return "the proxy lets no connection through (" + status + ")";
    }
    return switch (login) {
      case REFUSED -> "the proxy does not accept the login that it was sent (407)";
      case MISSING -> "the proxy asks for a login, and there is none for it (407)";
      case UNSUPPORTED ->
          "the proxy asks for a login, but takes neither Basic nor Digest, so that none was sent"
              + " (407)";
    };
  }

  /** What to do about a login. */
  public String fix() {
    return switch (login) {
      case REFUSED ->
          "Correct <username> and <password> of the <proxy> in settings.xml, or https.proxyUser and"
              + " https.proxyPassword where they are set";
      case MISSING -> "Add <username> and <password> to the <proxy> in settings.xml";
      case UNSUPPORTED ->
          "Let the proxy take Basic or Digest, or except the host with <nonProxyHosts> in"
              + " settings.xml";
    };
  }
}
