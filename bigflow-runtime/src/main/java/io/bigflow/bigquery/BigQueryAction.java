// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import org.jspecify.annotations.Nullable;

/** An operation without settings of its own. */
final class BigQueryAction<R extends @Nullable Object> extends BigQueryOperation<R> {
  private final Body<R> body;

  BigQueryAction(BigQueryDataset dataset, String purpose, Body<R> body) {
    super(dataset, purpose);
    this.body = body;
  }

  /** What it does. */
  interface Body<R extends @Nullable Object> {
    R run(BigQuerySession session) throws BigQueryJobException, InterruptedException;
  }

  @Override
  R run(BigQuerySession session) throws BigQueryJobException, InterruptedException {
    return body.run(session);
  }
}
