// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the credentials for Google Cloud come from. Asked only when they are needed. */
public interface CredentialSource {

  /** The scope of all tokens: what an account may do is decided by its roles alone. */
  String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  /**
   * How messages name the source after "the", for example {@code application default credentials}.
   */
  String name();

  /**
   * The credentials: scoped, and renewed by themselves before a token expires. When a token cannot
   * be had, they throw {@link TokenFailure} alone, which holds no secret.
   *
   * @throws BigflowException if there are none
   */
  GoogleCredentials get();

  /**
   * Whose credentials they are, as {@code serviceAccount:NAME@PROJECT.iam.gserviceaccount.com}, if
   * this is known without asking a server outside of this machine. Never fails.
   */
  Optional<String> member();

  /** The member to write into a command that grants something; an example if it is not known. */
  default String grantee() {
    return member().orElse("user:NAME@EXAMPLE.COM");
  }

  /** How messages name whose credentials they are. */
  default String account() {
    return member()
        .map(member -> "'" + member.substring(member.indexOf(':') + 1) + "'")
        .orElse("the account of the " + name());
  }

  /** What to do when the credentials are not accepted any more; a sentence. */
  String advice();

  /**
   * An ID token, which tells a server behind the Identity-Aware Proxy who asks; fresh for some
   * minutes at least.
   *
   * @param audience the OAuth client id of the proxy
   * @throws BigflowException if there is none to be had, or the credentials are of a kind that has
   *     none for a given audience
   */
  default String idToken(String audience) {
    throw BigflowException.of(
        new Problem(
            "The " + name() + " cannot make ID tokens for '" + audience + "'",
            "bigflow.airflow.iapClientId",
            "Use the key file of a service account (bigflow.keyFile), act as a service account"
                + " (bigflow.impersonateServiceAccount), or run on a machine of Google Cloud with a"
                + " service account; the login of a person and tokens of Vault have none",
            "iap"));
  }

  /**
   * An access token for Google's APIs, fresh for some minutes at least.
   *
   * @throws BigflowException if there is none to be had
   */
  default String accessToken() {
    Map<String, List<String>> headers;
    try {
      headers = get().getRequestMetadata();
    } catch (TokenFailure e) {
      throw BigflowException.of(e.problem());
    } catch (IOException e) {
      // The library's text is left out: it may quote an answer, and that may hold secrets.
      throw BigflowException.of(TokenFailure.of(name(), Refusal.unknown(advice())).problem());
    }
    return headers.getOrDefault("Authorization", List.of()).stream()
        .filter(header -> header.startsWith("Bearer "))
        .map(header -> header.substring("Bearer ".length()))
        .findFirst()
        .orElseThrow(
            () ->
                BigflowException.of(TokenFailure.of(name(), Refusal.unknown(advice())).problem()));
  }
}
