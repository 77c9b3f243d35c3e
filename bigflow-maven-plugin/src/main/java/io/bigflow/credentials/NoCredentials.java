// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.List;

/** Nobody has logged in on this machine, and nothing says who should have. */
public final class NoCredentials extends BigflowException {
  private static final long serialVersionUID = 1L;

  NoCredentials(Problem problem) {
    super(problem.text(), List.of(problem), null);
  }
}
