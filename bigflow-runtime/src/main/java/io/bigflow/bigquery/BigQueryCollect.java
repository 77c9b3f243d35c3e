// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query whose rows come here, page by page. */
public final class BigQueryCollect extends BigQueryOperation<BigQueryRows> {
  private final Query query;

  BigQueryCollect(BigQueryDataset dataset, String purpose, Query query) {
    super(dataset, purpose);
    this.query = query;
  }

  /** What is done with a row. */
  public interface RowConsumer<T> {
    /** Does it. */
    void accept(T row) throws Exception;
  }

  /** The SQL with all aliases resolved; <code>{dt}</code> stands where the runtime will. */
  public String sql() {
    return query.sql().toString();
  }

  /**
   * This query with the value of a parameter.
   *
   * @see BigQueryStatement#parameter
   */
  public BigQueryCollect parameter(String name, Object value) {
    return new BigQueryCollect(dataset, purpose, query.with(name, value));
  }

  /**
   * This query with a budget.
   *
   * @param bytes the most it may read
   * @see BigQueryStatement#budget
   */
  public BigQueryCollect budget(long bytes) {
    return new BigQueryCollect(dataset, purpose, query.withBudget(bytes));
  }

  /** What the query would read. */
  public BigQueryOperation<BigQueryEstimate> dryRun() {
    return new BigQueryAction<>(
        dataset, "dry-run: " + purpose, session -> query.estimate(session, purpose));
  }

  /**
   * An operation that does something with each row, one after the other; only a page of them is in
   * memory at a time. It results in the number of rows.
   *
   * @see BigQueryRows for the types of the values
   */
  public BigQueryOperation<Long> forEach(RowConsumer<Map<String, @Nullable Object>> consumer) {
    return new BigQueryAction<>(
        dataset, purpose, session -> feed(purpose, run(session).iterator(), consumer));
  }

  /**
   * An operation that does something with each row as a record.
   *
   * @see BigQueryRows#as
   */
  public <T> BigQueryOperation<Long> forEach(Class<T> type, RowConsumer<T> consumer) {
    return new BigQueryAction<>(
        dataset, purpose, session -> feed(purpose, run(session).as(type).iterator(), consumer));
  }

  private static <T> long feed(String purpose, Iterator<T> rows, RowConsumer<T> consumer)
      throws BigQueryJobException, InterruptedException {
    long count = 0;
    while (rows.hasNext()) {
      // Nothing else on the way hears that the job is stopped.
      if (Thread.interrupted()) {
        throw new InterruptedException("Reading rows was stopped (" + purpose + ")");
      }
      T row = rows.next();
      count++;
      try {
        consumer.accept(row);
      } catch (InterruptedException e) {
        throw e;
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new BigQueryJobException("Row " + count + " failed (" + purpose + "): " + e, e);
      }
    }
    return count;
  }

  @Override
  BigQueryRows run(BigQuerySession session) throws BigQueryJobException, InterruptedException {
    return BigQueryRows.of(session, purpose, query);
  }
}
