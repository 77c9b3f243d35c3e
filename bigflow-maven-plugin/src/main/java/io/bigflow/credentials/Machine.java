// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What sources of credentials see of the machine they run on.
 *
 * @param environment the variables of the process
 * @param home the user's folder
 * @param transports how Google's hosts are reached
 */
public record Machine(Map<String, String> environment, Path home, HttpTransportFactory transports) {

  // Knows the proxies and trusted certificates that the system properties of Java name.
  private static final HttpTransport TRANSPORT = new NetHttpTransport();

  /** Copies the variables. */
  public Machine {
    environment = Map.copyOf(environment);
  }

  /** The machine that this process runs on. */
  public static Machine here() {
    return new Machine(System.getenv(), Path.of(System.getProperty("user.home")), () -> TRANSPORT);
  }

  /** A variable that is set and not blank. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /** Without the variables, which hold secrets. */
  @Override
  public String toString() {
    return "Machine[" + home + "]";
  }
}
