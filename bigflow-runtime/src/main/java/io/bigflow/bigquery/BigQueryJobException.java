// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

/** BigQuery refused or failed a statement; the message names it, the reason and the place. */
public final class BigQueryJobException extends Exception {
  private static final long serialVersionUID = 1L;

  BigQueryJobException(String message) {
    super(message);
  }

  BigQueryJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
