// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import java.util.Locale;

/** What the address of a registry tells about it. */
public final class RegistryHost {

  private RegistryHost() {}

  /**
   * Whether a registry runs on this machine, so that plain HTTP to it is safe.
   *
   * @param host a name or address, with or without port
   */
  public static boolean isLoopback(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]+$", "");
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.matches("127(\\.[0-9]{1,3}){3}")
        || name.equals("[::1]");
  }

  /** Whether it belongs to Google's Container Registry, which Artifact Registry has replaced. */
  public static boolean isContainerRegistry(String host) {
    return host.equals("gcr.io") || host.endsWith(".gcr.io");
  }
}
