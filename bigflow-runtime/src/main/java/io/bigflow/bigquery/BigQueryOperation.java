// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.QueryJobConfiguration;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobContext;

/**
 * A statement for BigQuery that runs when its job does. Made by {@link BigQueryDataset}.
 *
 * <p>It acts with the {@link io.bigflow.google.JobCredentials} of the job. If the job configuration
 * has {@value #ENDPOINT_KEY}, the address of an emulator such as {@code http://127.0.0.1:9050}, it
 * talks to that one instead, without credentials.
 *
 * <p>A try that finds the query of an earlier try of the same run still at work waits for it and
 * does not start a second one. When the job is stopped, so is the query.
 */
public final class BigQueryOperation implements Job {

  /** The key of job configuration with the address of an emulator. */
  public static final String ENDPOINT_KEY = "bigflow.bigquery.endpoint";

  private final BigQueryDataset dataset;
  private final String purpose;
  private final QueryJobConfiguration query;

  BigQueryOperation(BigQueryDataset dataset, String purpose, QueryJobConfiguration query) {
    this.dataset = dataset;
    this.purpose = purpose;
    this.query = query;
  }

  /** The SQL with all aliases resolved. */
  public String sql() {
    return query.getQuery();
  }

  /**
   * Runs the statement and waits for its end.
   *
   * @throws BigQueryJobException if BigQuery refuses or fails it
   */
  @Override
  public void execute(JobContext context) throws BigQueryJobException, InterruptedException {
    new QueryRun(BigQueryClient.of(context, dataset.project()), dataset, context)
        .run(purpose, query);
  }

  @Override
  public String toString() {
    return purpose;
  }
}
