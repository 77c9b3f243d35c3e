// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.Retryable;
import io.bigflow.problem.Problem;
import java.io.IOException;

/**
 * No access token could be had. Has no cause: what Google's library throws may quote the answer of
 * a server or the output of a program, and those may hold secrets.
 */
public final class TokenFailure extends IOException implements Retryable {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final String reason;

  private TokenFailure(Problem problem, String reason) {
    super(problem.what());
    this.problem = problem;
    this.reason = reason;
  }

  static TokenFailure of(String source, Refusal refusal) {
    return new TokenFailure(
        new Problem(
            "Cannot get an access token from the " + source + ": " + refusal.reason(),
            "credentials: " + source,
            refusal.fix(),
            refusal.anchor()),
        refusal.reason());
  }

  /** What the user is told. */
  public Problem problem() {
    return problem;
  }

  /** Why; part of a sentence. */
  public String reason() {
    return reason;
  }

  /** What may pass was tried again before. */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public int getRetryCount() {
    return 0;
  }
}
