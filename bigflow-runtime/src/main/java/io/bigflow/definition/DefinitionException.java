// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import io.bigflow.spec.DefinitionFailure;
import org.jspecify.annotations.Nullable;

/** A class yields no workflow. The cause, if any, is what user code threw. */
public final class DefinitionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient DefinitionFailure failure;

  DefinitionException(DefinitionFailure failure, @Nullable Throwable cause) {
    super(failure.problem() + ", at " + failure.place() + ". " + failure.fix() + ".", cause);
    this.failure = failure;
  }

  /** What is wrong, where, and what to do about it. */
  public DefinitionFailure failure() {
    return failure;
  }
}
