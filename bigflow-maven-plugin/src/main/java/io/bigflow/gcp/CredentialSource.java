// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.auth.Credentials;
import io.bigflow.problem.BigflowException;
import java.util.Optional;

/** Where the credentials for Google Cloud come from. Asked only when they are needed. */
public interface CredentialSource {

  /** How messages name the source, for example {@code application default credentials}. */
  String name();

  /**
   * The credentials.
   *
   * @throws BigflowException if there are none
   */
  Credentials get();

  /**
   * Whose credentials they are, as {@code serviceAccount:NAME@PROJECT.iam.gserviceaccount.com}, if
   * this is known without asking a server. Never fails.
   */
  Optional<String> member();
}
