// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.image.LoginSource.Login;
import io.bigflow.problem.BigflowException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsProblem;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.apache.maven.settings.crypto.SettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private final Settings settings = new Settings();

  @Test
  void serverIsFoundByHostWithAndWithoutPort() {
    settings.addServer(server("registry.example.com:5000", "one", "p1"));
    settings.addServer(server("registry.example.com", "two", "p2"));
    SettingsLogins logins = new SettingsLogins(settings, plain());

    assertThat(logins.login("registry.example.com:5000")).contains(new Login("one", "p1"));
    assertThat(logins.login("registry.example.com:6000")).contains(new Login("two", "p2"));
    assertThat(logins.login("other.example.com")).isEmpty();
  }

  @Test
  void encryptedPasswordsAreDecrypted() {
    settings.addServer(server("registry.example.com", "one", "{secret}"));

    assertThat(new SettingsLogins(settings, plain()).login("registry.example.com"))
        .contains(new Login("one", "secret"));
  }

  @Test
  void passwordThatCannotBeDecryptedIsExplained() {
    settings.addServer(server("registry.example.com", "one", "{bad}"));
    SettingsDecrypter failing =
        request ->
            result(
                request,
                List.of(
                    new DefaultSettingsProblem(
                        "no master password", SettingsProblem.Severity.ERROR, "", -1, -1, null)));

    assertThatThrownBy(() -> new SettingsLogins(settings, failing).login("registry.example.com"))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'registry.example.com' cannot be decrypted: no master password")
        .hasMessageContaining("mvn --encrypt-password")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("{bad}"));
  }

  @Test
  void loginsNeverPrintTheirPassword() {
    assertThat(new Login("one", "s3cr3t")).asString().contains("one").doesNotContain("s3cr3t");
  }

  @Test
  void activeProxiesBecomeSystemPropertiesUnlessSet() {
    settings.addProxy(proxy("https", "proxy.example.com", 3128, true));
    settings.addProxy(proxy("http", "inactive.example.com", 1, false));
    Properties properties = new Properties();

    SettingsProxies.activate(settings, plain(), properties);

    assertThat(properties)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "https.proxyHost",
                "proxy.example.com",
                "https.proxyPort",
                "3128",
                "http.nonProxyHosts",
                "localhost|*.internal"));

    Properties set = new Properties();
    set.setProperty("https.proxyHost", "mine.example.com");
    SettingsProxies.activate(settings, plain(), set);
    assertThat(set).hasSize(1);
  }

  private static Server server(String id, String username, String password) {
    Server server = new Server();
    server.setId(id);
    server.setUsername(username);
    server.setPassword(password);
    return server;
  }

  private static Proxy proxy(String protocol, String host, int port, boolean active) {
    Proxy proxy = new Proxy();
    proxy.setProtocol(protocol);
    proxy.setHost(host);
    proxy.setPort(port);
    proxy.setActive(active);
    proxy.setNonProxyHosts("localhost|*.internal");
    return proxy;
  }

  /** Decrypts by taking the braces away. */
  private static SettingsDecrypter plain() {
    return request -> {
      for (Server server : request.getServers()) {
        server.setPassword(server.getPassword().replaceAll("[{}]", ""));
      }
      return result(request, List.of());
    };
  }

  private static SettingsDecryptionResult result(
      SettingsDecryptionRequest request, List<SettingsProblem> problems) {
    return new SettingsDecryptionResult() {
      @Override
      public Server getServer() {
        return request.getServers().get(0);
      }

      @Override
      public List<Server> getServers() {
        return request.getServers();
      }

      @Override
      public Proxy getProxy() {
        return request.getProxies().get(0);
      }

      @Override
      public List<Proxy> getProxies() {
        return request.getProxies();
      }

      @Override
      public List<SettingsProblem> getProblems() {
        return problems;
      }
    };
  }
}
