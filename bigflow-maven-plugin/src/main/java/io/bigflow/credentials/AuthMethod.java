// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The values of {@code bigflow.authMethod}, written in lower case. */
public enum AuthMethod {
  /** Application Default Credentials, else those of the user of gcloud. */
  LOCAL_ACCOUNT,
  /** A key file, workload identity federation, or the account of the machine. */
  SERVICE_ACCOUNT,
  /** A short-lived token that Vault gives. */
  VAULT;

  /** The name of the parameter. */
  public static final String PARAMETER = "bigflow.authMethod";

  /** The value of the parameter. */
  public static AuthMethod parse(String text) {
    for (AuthMethod method : values()) {
      if (method.toString().equals(text)) {
        return method;
      }
    }
    throw BigflowException.of(
        Problem.of(
            "'" + text + "' is no value of " + PARAMETER,
            PARAMETER,
            "Write one of: "
                + Arrays.stream(values())
                    .map(AuthMethod::toString)
                    .collect(Collectors.joining(", "))));
  }

  /** As users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
