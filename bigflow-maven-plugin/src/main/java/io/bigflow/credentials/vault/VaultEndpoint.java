// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address that gives a token.
 *
 * @param base the address of Vault, without {@code /v1} and without a slash at the end
 * @param path what follows {@code /v1/}, for example {@code gcp/roleset/deployer/token}
 */
public record VaultEndpoint(URI base, String path) {

  /** The name of the parameter. */
  public static final String PARAMETER = "bigflow.vault.endpoint";

  /** The value of the parameter. */
  public static VaultEndpoint parse(String text) {
    try {
      URI uri = new URI(text.strip());
      @Nullable String host = uri.getHost();
      int version = uri.getRawPath() == null ? -1 : uri.getRawPath().indexOf("/v1/");
      if (host == null || version < 0 || uri.getRawFragment() != null) {
        throw invalid(uri.getUserInfo() == null ? text : "an address with a password");
      }
      if (uri.getUserInfo() != null) {
        throw invalid("an address with a password");
      }
      boolean https = "https".equalsIgnoreCase(uri.getScheme());
      if (!https && !("http".equalsIgnoreCase(uri.getScheme()) && isLoopback(host))) {
        throw BigflowException.of(
            new Problem(
                "Cannot use Vault at '" + text + "': tokens would travel over plain http",
                PARAMETER,
                "Use an address that begins with https; plain http is for an agent on 127.0.0.1 or"
                    + " localhost only",
                "vault-unreachable"));
      }
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      String path = uri.getRawPath().substring(version + "/v1/".length()) + query;
      if (path.isEmpty()) {
        throw invalid(text);
      }
      return new VaultEndpoint(
          new URI(
              uri.getScheme().toLowerCase(Locale.ROOT)
                  + "://"
                  + uri.getRawAuthority()
                  + uri.getRawPath().substring(0, version)),
          path);
    } catch (URISyntaxException e) {
      throw invalid(text);
    }
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  private static BigflowException invalid(String shown) {
    return BigflowException.of(
        new Problem(
            "'" + shown + "' is not the address of a token in Vault",
            PARAMETER,
            "Write the whole address, for example"
                + " https://vault.example.com:8200/v1/gcp/roleset/deployer/token",
            "vault-unreachable"));
  }

  /** The host, with its port if one is given. */
  public String authority() {
    return base.getRawAuthority();
  }

  /** The address of something in Vault. */
  URI resolve(String other) {
    return URI.create(base + "/v1/" + other);
  }

  /** As messages show it: without the query. */
  @Override
  public String toString() {
    return base + "/v1/" + path.replaceFirst("\\?.*", "");
  }
}
