// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code <proxies>} of settings.xml count for HTTP clients of Java, which know system
 * properties only. jib-maven-plugin does the same; what is set already stays.
 */
public final class SettingsProxies {

  private SettingsProxies() {}

  /** Activates the proxies, with their logins, for this process. */
  public static void activate(Settings settings, SettingsDecrypter decrypter) {
    activate(settings, decrypter, System.getProperties());
    ProxyLogin.install(System.getProperties());
  }

  static void activate(Settings settings, SettingsDecrypter decrypter, Properties properties) {
    List<Proxy> active = settings.getProxies().stream().filter(Proxy::isActive).toList();
    if (active.isEmpty()) {
      return;
    }
    DefaultSettingsDecryptionRequest request = new DefaultSettingsDecryptionRequest();
    request.setProxies(new ArrayList<>(active));
    for (Proxy proxy : decrypter.decrypt(request).getProxies()) {
      String protocol = proxy.getProtocol();
      if (properties.getProperty(protocol + ".proxyHost") == null) {
        set(properties, protocol + ".proxyHost", proxy.getHost());
        set(properties, protocol + ".proxyPort", String.valueOf(proxy.getPort()));
        set(properties, protocol + ".proxyUser", proxy.getUsername());
        set(properties, protocol + ".proxyPassword", proxy.getPassword());
        // Java has one list for both protocols.
        set(properties, "http.nonProxyHosts", proxy.getNonProxyHosts());
      }
    }
  }

  private static void set(Properties properties, String name, @Nullable String value) {
    if (value != null && !value.isEmpty() && properties.getProperty(name) == null) {
      properties.setProperty(name, value);
    }
  }
}
