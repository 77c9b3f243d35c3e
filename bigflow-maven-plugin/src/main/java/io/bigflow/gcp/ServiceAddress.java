// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import io.bigflow.credentials.GoogleHosts;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** The addresses of Google's services, and of what stands for them. */
final class ServiceAddress {

  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  private ServiceAddress() {}

  /**
   * An address: scheme and host, perhaps a port and a path; no slash at the end.
   *
   * @param where what sets it, for messages
   * @param service for messages, for example {@code Cloud Storage}
   * @param example for messages
   */
  static URI parse(String value, String where, String service, String example) {
    String shown = value;
    try {
      URI uri = new URI(value.replaceFirst("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return uri;
      }
      shown = uri.getUserInfo() == null ? value : "an address with a password";
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw BigflowException.of(
        Problem.of(
            "'" + shown + "' is not the address of " + service,
            where,
            "Write a scheme, a host and perhaps a port, for example " + example));
  }

  /** Whether credentials may be sent there: over TLS alone, to Google or to this machine. */
  static boolean takesCredentials(URI uri) {
    return "https".equals(uri.getScheme())
        && (GoogleHosts.isApi(uri.toString()) || THIS_MACHINE.contains(uri.getHost()));
  }
}
