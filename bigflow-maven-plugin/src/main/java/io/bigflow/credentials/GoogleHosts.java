// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which hosts are Google's, and may be shown an access token. */
public final class GoogleHosts {

  private GoogleHosts() {}

  /**
   * Whether a registry is Google's: Artifact Registry ({@code REGION-docker.pkg.dev}) or Container
   * Registry ({@code gcr.io}).
   *
   * @param host as image names spell it
   */
  public static boolean isRegistry(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("gcr.io") || name.endsWith(".gcr.io") || name.endsWith(".pkg.dev");
  }

  /**
   * Whether an address is that of the Airflow of a Composer environment.
   *
   * @param address for example {@code
   *     https://0123456789abcdef-dot-europe-west1.composer.googleusercontent.com}
   */
  public static boolean isComposerAirflow(String address) {
    return isHttpsTo(
        address, ".composer.googleusercontent.com", ".composer.byoid.googleusercontent.com");
  }

  /**
   * Whether an address is that of one of Google's APIs, private endpoints ({@code
   * p.googleapis.com}) included.
   */
  public static boolean isApi(String address) {
    return isHttpsTo(address, ".googleapis.com");
  }

  private static boolean isHttpsTo(String address, String... domains) {
    try {
      URI uri = new URI(address.strip());
      @Nullable String host = uri.getHost();
      if (!"https".equalsIgnoreCase(uri.getScheme()) || host == null || uri.getUserInfo() != null) {
        return false;
      }
      for (String domain : domains) {
        if (host.toLowerCase(Locale.ROOT).endsWith(domain)) {
          return true;
        }
      }
      return false;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
