// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.ImpersonatingJob;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.OperatorJob;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something to be done on BigQuery. Made by {@link BigQueryDataset}; nothing is sent before it
 * runs. Immutable.
 *
 * <p>It runs as a job of a workflow, within a job that does more ({@code operation.run(context)}),
 * and by itself in a test or a shell ({@code operation.run()}).
 *
 * <p>It acts with the {@link io.bigflow.google.JobCredentials} of the job. If the job configuration
 * has {@value #ENDPOINT_KEY}, the address of an emulator such as {@code http://127.0.0.1:9050}, it
 * talks to that one instead, without credentials.
 *
 * <p>In a pod, a try that finds the query or load of an earlier try of the same run still at work
 * waits for it and does not start a second one. When the job is stopped, so is the query.
 *
 * @param <R> what it results in
 */
public abstract sealed class BigQueryOperation<R extends @Nullable Object>
    implements ImpersonatingJob, OperatorJob
    permits BigQueryStatement, BigQueryCollect, BigQueryLoad, BigQuerySensor, BigQueryAction {

  /** The key of job configuration with the address of an emulator. */
  public static final String ENDPOINT_KEY = "bigflow.bigquery.endpoint";

  private static final Logger log = LoggerFactory.getLogger(BigQueryOperation.class);

  final BigQueryDataset dataset;
  final String purpose;

  BigQueryOperation(BigQueryDataset dataset, String purpose) {
    this.dataset = dataset;
    this.purpose = purpose;
  }

  /** Does it. */
  abstract R run(BigQuerySession session) throws BigQueryJobException, InterruptedException;

  /**
   * Does it for a run of a workflow, and waits for the end.
   *
   * @throws BigQueryJobException if BigQuery refuses or fails it
   * @throws ConfigurationException if trying again cannot help
   */
  public final R run(JobContext context) throws BigQueryJobException, InterruptedException {
    try {
      return run(BigQuerySession.of(dataset, context));
    } catch (BigQueryJobException | BigQueryFailure e) {
      if (isStopped(e)) {
        throw stopped(e);
      }
      throw e;
    }
  }

  /** The client hides that its thread was interrupted behind a failure of its own. */
  private static boolean isStopped(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException) {
        return true;
      }
    }
    return false;
  }

  private InterruptedException stopped(Exception failure) {
    InterruptedException stopped = new InterruptedException("Stopped (" + purpose + ")");
    stopped.initCause(failure);
    return stopped;
  }

  /**
   * Does it by itself: with the job configuration of the environment {@value AdHocContext#ENV}, and
   * this moment as the runtime.
   *
   * @throws BigQueryJobException if BigQuery refuses or fails it
   */
  public final R run() throws BigQueryJobException, InterruptedException {
    return run(AdHocContext.now());
  }

  /**
   * Does it by itself, for a runtime.
   *
   * @param runtime the start of the data interval
   * @throws BigQueryJobException if BigQuery refuses or fails it
   */
  public final R run(ZonedDateTime runtime) throws BigQueryJobException, InterruptedException {
    return run(AdHocContext.at(runtime));
  }

  @Override
  public final void execute(JobContext context) throws BigQueryJobException, InterruptedException {
    R result = run(context);
    if (result != null) {
      log.info("Result ({}): {}", purpose, result);
    }
  }

  /**
   * The operator of Airflow that does it; empty if there is none, or a pod is to do it.
   *
   * @see BigQueryDataset#execution
   */
  @Override
  public final Optional<Operator> operator(OperatorContext context) {
    return dataset.execution() == Execution.OPERATOR
        ? Optional.ofNullable(equivalent(context))
        : Optional.empty();
  }

  /** The operator with the same result, if there is one. */
  @Nullable Operator equivalent(OperatorContext context) {
    return null;
  }

  @Override
  public final Optional<List<String>> impersonatedServiceAccounts() {
    return dataset.impersonation().map(Impersonation::accounts);
  }

  /** What it is for, as messages say it. */
  @Override
  public final String toString() {
    return purpose;
  }
}
