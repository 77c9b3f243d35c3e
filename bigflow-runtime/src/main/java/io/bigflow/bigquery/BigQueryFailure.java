// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

/** Rows could not be read or do not fit; the message says which and why. */
public final class BigQueryFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BigQueryFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
