// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

/** A pipeline did not do its work; the message says which one, and where its log is. */
public final class BeamJobException extends Exception {
  private static final long serialVersionUID = 1L;

  BeamJobException(String message) {
    super(message);
  }

  BeamJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
