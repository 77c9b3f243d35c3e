// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the parameters {@code bigflow.vault.*} say. Secrets are none of them: they stand in
 * settings.xml, in variables or in files, and are looked up when they are needed.
 *
 * @param endpoint what gives the token
 * @param method how to log in
 * @param role the role for a login with a JWT
 * @param mount where the auth method is mounted; empty = under its usual name
 * @param jwtFile the file with the JWT
 * @param namespace Vault's namespace
 * @param caCertificate a PEM file with all that is trusted; empty = what Java trusts
 * @param server the id of the server in settings.xml; empty = the host of the endpoint
 */
public record VaultSettings(
    VaultEndpoint endpoint,
    Method method,
    Optional<String> role,
    Optional<String> mount,
    Optional<Path> jwtFile,
    Optional<String> namespace,
    Optional<Path> caCertificate,
    Optional<String> server) {

  /** Below this, everything is named {@code bigflow.vault.…}. */
  public static final String PREFIX = "bigflow.vault.";

  // https://developer.hashicorp.com/vault/docs/commands#environment-variables
  private static final String TOKEN = "VAULT_TOKEN";
  // The names that HashiCorp's own examples use.
  private static final String ROLE_ID = "VAULT_ROLE_ID";
  private static final String SECRET_ID = "VAULT_SECRET_ID";
  // https://docs.gitlab.com/ci/secrets/hashicorp_vault_tutorial/
  private static final String ID_TOKEN = "VAULT_ID_TOKEN";
  // https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
  private static final Path POD_TOKEN =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

  /** The values of {@code bigflow.vault.login}, written in lower case. */
  public enum Method {
    /** A token of Vault. */
    TOKEN,
    /** Role id and secret id. */
    APPROLE,
    /** A JSON web token, as GitLab and GitHub give to jobs. */
    JWT,
    /** The token of a pod's service account. */
    KUBERNETES;

    private static Method parse(String text) {
      for (Method method : values()) {
        if (method.toString().equals(text)) {
          return method;
        }
      }
      throw BigflowException.of(
          Problem.of(
              "'" + text + "' is no value of " + PREFIX + "login",
              PREFIX + "login",
              "Write one of: "
                  + Arrays.stream(values())
                      .map(Method::toString)
                      .collect(Collectors.joining(", "))));
    }

    /** As users write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Logins of settings.xml. */
  public interface Servers {
    /** The server with this id, if there is one. */
    Optional<Server> server(String id);
  }

  /**
   * A server of settings.xml.
   *
   * @param username empty = none
   * @param password secret; empty = none
   */
  public record Server(String username, String password) {
    @Override
    public String toString() {
      return "Server";
    }
  }

  /**
   * Reads the parameters.
   *
   * @param values the value in force of a parameter by its name
   * @param baseDirectory what relative files are relative to
   */
  public static VaultSettings of(Function<String, Optional<String>> values, Path baseDirectory) {
    Optional<String> endpoint = values.apply(VaultEndpoint.PARAMETER);
    if (endpoint.isEmpty()) {
      throw BigflowException.of(
          Problem.of(
              "The credentials come from Vault, but its address is missing",
              VaultEndpoint.PARAMETER,
              "Set it to what gives an OAuth token, for example"
                  + " https://vault.example.com:8200/v1/gcp/roleset/deployer/token"));
    }
    return new VaultSettings(
        VaultEndpoint.parse(endpoint.get()),
        values.apply(PREFIX + "login").map(Method::parse).orElse(Method.TOKEN),
        values.apply(PREFIX + "role"),
        values.apply(PREFIX + "mount").map(VaultSettings::mount),
        values.apply(PREFIX + "jwtFile").map(baseDirectory::resolve),
        values.apply(PREFIX + "namespace"),
        values.apply(VaultTrust.PARAMETER).map(baseDirectory::resolve),
        values.apply(PREFIX + "server"));
  }

  private static String mount(String text) {
    String mount = text.replaceFirst("^/?(auth/)?", "").replaceFirst("/+$", "");
    if (!mount.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")) {
      throw BigflowException.of(
          Problem.of(
              "'" + text + "' is not the path of an auth method in Vault",
              PREFIX + "mount",
              "Write what this prints, without the slash at the end: vault auth list"));
    }
    return mount;
  }

  /**
   * The login with its secrets.
   *
   * @throws BigflowException if they are not there
   */
  public VaultLogin login(Map<String, String> environment, Servers servers) {
    return switch (method) {
      case TOKEN -> token(environment, servers);
      case APPROLE -> appRole(environment, servers);
      case JWT, KUBERNETES ->
          new VaultLogin.Jwt(mount.orElse(method.toString()), requireRole(), webToken(environment));
    };
  }

  private VaultLogin token(Map<String, String> environment, Servers servers) {
    Optional<Found> found = find(servers);
    if (found.isPresent()) {
      requireText(found.get().server().password(), found.get());
      return new VaultLogin.Token(found.get().server().password(), found.get().origin());
    }
    return variable(environment, TOKEN)
        .map(token -> new VaultLogin.Token(token, "the variable " + TOKEN))
        .orElseThrow(
            () -> missing("There is no token for Vault", TOKEN + " is not set", "<password>"));
  }

  private VaultLogin appRole(Map<String, String> environment, Servers servers) {
    String path = mount.orElse("approle");
    Optional<Found> found = find(servers);
    if (found.isPresent()) {
      requireText(found.get().server().username(), found.get());
      requireText(found.get().server().password(), found.get());
      return new VaultLogin.AppRole(
          path,
          found.get().server().username(),
          found.get().server().password(),
          found.get().origin());
    }
    Optional<String> roleId = variable(environment, ROLE_ID);
    Optional<String> secretId = variable(environment, SECRET_ID);
    if (roleId.isEmpty() || secretId.isEmpty()) {
      throw missing(
          "There is no role id and secret id for Vault",
          ROLE_ID + " and " + SECRET_ID + " are not both set",
          "<username> (the role id) and <password> (the secret id)");
    }
    return new VaultLogin.AppRole(
        path, roleId.get(), secretId.get(), "the variables " + ROLE_ID + " and " + SECRET_ID);
  }

  private VaultLogin.WebToken webToken(Map<String, String> environment) {
    if (jwtFile.isPresent()) {
      return new VaultLogin.InFile(jwtFile.get());
    }
    if (method == Method.KUBERNETES) {
      return new VaultLogin.InFile(POD_TOKEN);
    }
    return variable(environment, ID_TOKEN)
        .map(value -> new VaultLogin.InVariable(ID_TOKEN, value))
        .orElseThrow(
            () ->
                BigflowException.of(
                    new Problem(
                        "There is no JWT to log in to Vault with",
                        ID_TOKEN + " is not set, nor is " + PREFIX + "jwtFile",
                        "Let the job write its JWT into the variable "
                            + ID_TOKEN
                            + ", or into a"
                            + " file that "
                            + PREFIX
                            + "jwtFile names",
                        "vault-denied")));
  }

  private String requireRole() {
    return role.orElseThrow(
        () ->
            BigflowException.of(
                Problem.of(
                    "A login to Vault by " + method + " needs a role",
                    PREFIX + "role",
                    "Set it to one that this prints: vault list auth/"
                        + mount.orElse(method.toString())
                        + "/role")));
  }

  private record Found(String id, Server server) {
    String origin() {
      return "the server '" + id + "' in settings.xml";
    }
  }

  private Optional<Found> find(Servers servers) {
    for (String id : ids()) {
      Optional<Server> entry = servers.server(id);
      if (entry.isPresent()) {
        return entry.map(value -> new Found(id, value));
      }
    }
    if (server.isPresent()) {
      throw BigflowException.of(
          new Problem(
              "There is no server '" + server.get() + "' in settings.xml",
              PREFIX + "server",
              "Add <server> with <id>" + server.get() + "</id> to the <servers> of settings.xml",
              "vault-denied"));
    }
    return Optional.empty();
  }

  private List<String> ids() {
    if (server.isPresent()) {
      return List.of(server.get());
    }
    String authority = endpoint.authority();
    String host = String.valueOf(endpoint.base().getHost());
    return authority.equals(host) ? List.of(host) : List.of(authority, host);
  }

  private static void requireText(String text, Found found) {
    if (text.isBlank()) {
      throw BigflowException.of(
          new Problem(
              "The login for Vault is not complete in " + found.origin(),
              "settings.xml",
              "Write the token into <password>; for AppRole the role id into <username> and the"
                  + " secret id into <password>",
              "vault-denied"));
    }
  }

  private BigflowException missing(String what, String variables, String elements) {
    String id = String.valueOf(endpoint.base().getHost());
    return BigflowException.of(
        new Problem(
            what + " at '" + endpoint.authority() + "'",
            variables + ", and settings.xml has no server '" + id + "'",
            "Set the variables, or add a <server> with <id>"
                + id
                + "</id> and "
                + elements
                + " to settings.xml",
            "vault-denied"));
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
