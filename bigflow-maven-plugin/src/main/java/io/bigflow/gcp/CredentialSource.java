// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Where the credentials for Google Cloud come from. Asked only when they are needed. */
public interface CredentialSource {

  /** The scope that Composer's Airflow wants. */
  String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  /** Credentials that sign tokens themselves want to know what for. */
  URI AUDIENCE = URI.create("https://composer.googleapis.com/");

  /** How messages name the source, for example {@code application default credentials}. */
  String name();

  /**
   * The credentials.
   *
   * @throws BigflowException if there are none
   */
  Credentials get();

  /**
   * An access token for Google's APIs, fresh for some minutes at least.
   *
   * @throws BigflowException if there is none to be had
   */
  default String accessToken() {
    Credentials credentials = get();
    if (credentials instanceof GoogleCredentials google && google.createScopedRequired()) {
      credentials = google.createScoped(List.of(SCOPE));
    }
    try {
      for (String header :
          credentials.getRequestMetadata(AUDIENCE).getOrDefault("Authorization", List.of())) {
        if (header.startsWith("Bearer ")) {
          return header.substring("Bearer ".length());
        }
      }
      throw new IOException("no bearer token");
    } catch (IOException e) {
      // The library's text is left out: it may quote an answer, and that may hold secrets.
      throw BigflowException.of(
          new Problem(
              "No access token could be had from the " + name(),
              "credentials: " + name(),
              "Log in again with: " + ApplicationDefaultCredentials.LOGIN,
              "no-credentials"));
    }
  }

  /**
   * Whose credentials they are, as {@code serviceAccount:NAME@PROJECT.iam.gserviceaccount.com}, if
   * this is known without asking a server. Never fails.
   */
  Optional<String> member();
}
