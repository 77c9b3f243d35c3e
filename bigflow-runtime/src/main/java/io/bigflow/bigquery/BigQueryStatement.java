// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A statement that changes tables: a query whose rows go into one, or DDL, DML and scripts.
 *
 * <p>A query that replaces may be repeated as often as one likes. One that appends is done once per
 * run of the workflow: a further try of the same run finds that it is done.
 */
public final class BigQueryStatement extends BigQueryOperation<BigQueryStatistics> {
  private final Query query;
  private final @Nullable Duration lifetime;

  BigQueryStatement(BigQueryDataset dataset, String purpose, Query query) {
    this(dataset, purpose, query, null);
  }

  private BigQueryStatement(
      BigQueryDataset dataset, String purpose, Query query, @Nullable Duration lifetime) {
    super(dataset, purpose);
    this.query = query;
    this.lifetime = lifetime;
  }

  /** The SQL with all aliases resolved; <code>{dt}</code> stands where the runtime will. */
  public String sql() {
    return query.sql().toString();
  }

  /**
   * This statement with the value of a query parameter, which the SQL names as {@code @name}. The
   * parameters {@code @runtime} ({@code TIMESTAMP}) and {@code @runtime_date} ({@code DATE}, UTC)
   * are always there.
   *
   * @param value a text, number, boolean, byte[], type of java.time, or a list of these
   * @throws IllegalArgumentException if the SQL does not use it, or BigQuery has no such type
   */
  public BigQueryStatement parameter(String name, Object value) {
    return new BigQueryStatement(dataset, purpose, query.with(name, value), lifetime);
  }

  /**
   * This statement, writing only the partition that the runtime belongs to.
   *
   * @param length the length of the table's partitions
   * @throws IllegalStateException if it does not write a table
   */
  public BigQueryStatement partition(TimePartitioning.Type length) {
    Query.Target target = requireTarget("write a partition");
    return new BigQueryStatement(
        dataset,
        purpose,
        query.with(new Query.Target(target.table(), target.create(), target.write(), length)),
        lifetime);
  }

  /**
   * This statement with a budget: it is asked first what it would read, and does not run if that is
   * more. BigQuery guards the limit once more while it runs, with 10 MiB on top for each table,
   * which is what it bills at least. An operator of Airflow leaves it to that guard alone.
   *
   * @param bytes the most it may read
   */
  public BigQueryStatement budget(long bytes) {
    return new BigQueryStatement(dataset, purpose, query.withBudget(bytes), lifetime);
  }

  /**
   * This statement, with a table that BigQuery removes so long after each write.
   *
   * @throws IllegalStateException if it does not write a table
   */
  public BigQueryStatement expiresAfter(Duration time) {
    requireTarget("expire");
    return new BigQueryStatement(dataset, purpose, query, time);
  }

  /**
   * This statement, run by a pod or by an operator of Airflow, whatever the dataset says.
   *
   * @see BigQueryDataset#execution
   */
  public BigQueryStatement execution(Execution means) {
    return new BigQueryStatement(dataset.execution(means), purpose, query, lifetime);
  }

  /** What the statement would read. */
  public BigQueryOperation<BigQueryEstimate> dryRun() {
    return new BigQueryAction<>(
        dataset, "dry-run: " + purpose, session -> query.estimate(session, purpose));
  }

  /**
   * The first rows that the query would write, without writing them. BigQuery runs the query and
   * bills it.
   *
   * @param rows the most rows to return
   * @throws IllegalStateException if it is not a query that writes a table
   */
  public BigQueryOperation<List<Map<String, @Nullable Object>>> peek(int rows) {
    requireTarget("be looked at");
    if (rows <= 0) {
      throw new IllegalArgumentException(
          "There is nothing to see in " + rows + " rows. Give a positive number.");
    }
    Query select = query.with((Query.Target) null);
    return new BigQueryAction<>(
        dataset,
        "peek: " + purpose,
        session -> BigQueryRows.of(session, purpose, select).limit(rows).toList());
  }

  private Query.Target requireTarget(String what) {
    Query.Target target = query.target();
    if (target == null) {
      throw new IllegalStateException(
          "Only what writeTruncate, writeAppend and writeTemporary write can "
              + what
              + ", not: "
              + purpose);
    }
    return target;
  }

  @Override
  @Nullable Operator equivalent(OperatorContext context) {
    if (lifetime != null) {
      return null;
    }
    Query.Target target = query.target();
    return JobOperators.insertJob(
        dataset,
        context,
        query.template(dataset, dataset.namedTables()),
        target != null && target.once());
  }

  @Override
  BigQueryStatistics run(BigQuerySession session)
      throws BigQueryJobException, InterruptedException {
    BigQueryStatistics statistics = JobRun.statistics(query.run(session, purpose));
    session.act(
        purpose,
        () -> {
          expire(session);
          session.labelTables();
        });
    return statistics;
  }

  private void expire(BigQuerySession session) {
    Query.Target target = query.target();
    Table table =
        lifetime == null || target == null
            ? null
            : session.client().getTable(session.tableId(target.table()));
    if (lifetime != null && table != null && table.getLastModifiedTime() != null) {
      long end = table.getLastModifiedTime() + lifetime.toMillis();
      session.client().update(table.toBuilder().setExpirationTime(end).build());
    }
  }
}
