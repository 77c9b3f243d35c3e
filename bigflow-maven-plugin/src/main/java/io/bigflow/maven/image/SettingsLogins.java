// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import io.bigflow.image.LoginSource;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Optional;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.jspecify.annotations.Nullable;

/**
 * Logins from the {@code <servers>} of settings.xml, encrypted or not. The id of the server is the
 * registry's host with its port, or without it.
 */
public final class SettingsLogins implements LoginSource {

  private final Settings settings;
  private final SettingsDecrypter decrypter;

  /** Logins of these settings. */
  public SettingsLogins(Settings settings, SettingsDecrypter decrypter) {
    this.settings = settings;
    this.decrypter = decrypter;
  }

  @Override
  public String name() {
    return "<servers> of settings.xml";
  }

  /**
   * The login of one server. What the server lacks is an empty text.
   *
   * @param id exactly the server's id
   */
  public Optional<Login> find(String id) {
    return server(id)
        .map(this::decrypt)
        .map(server -> new Login(text(server.getUsername()), text(server.getPassword())));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  @Override
  public Optional<Login> login(String host) {
    return server(host)
        .or(() -> server(host.replaceFirst(":[0-9]+$", "")))
        .map(this::decrypt)
        .filter(server -> server.getUsername() != null && server.getPassword() != null)
        .map(server -> new Login(server.getUsername(), server.getPassword()));
  }

  private Optional<Server> server(String id) {
    return settings.getServers().stream().filter(server -> id.equals(server.getId())).findFirst();
  }

  private Server decrypt(Server server) {
    SettingsDecryptionResult result =
        decrypter.decrypt(new DefaultSettingsDecryptionRequest(server));
    for (SettingsProblem problem : result.getProblems()) {
      if (problem.getSeverity() == SettingsProblem.Severity.ERROR
          || problem.getSeverity() == SettingsProblem.Severity.FATAL) {
        throw BigflowException.of(
            Problem.of(
                "The password of the server '"
                    + server.getId()
                    + "' cannot be decrypted: "
                    + problem.getMessage(),
                "settings.xml and settings-security.xml",
                "Encrypt it again with `mvn --encrypt-password`, with the master password of this"
                    + " machine"));
      }
    }
    return result.getServer();
  }
}
