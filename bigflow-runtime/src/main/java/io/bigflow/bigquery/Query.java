// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobInfo;
import com.google.cloud.bigquery.JobInfo.CreateDisposition;
import com.google.cloud.bigquery.JobInfo.WriteDisposition;
import com.google.cloud.bigquery.JobStatistics.QueryStatistics;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Template;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A statement with all that belongs to it. Immutable.
 *
 * @param target where its rows go, if not into an anonymous table
 * @param budget the most bytes it may read; 0 = as many as it needs
 */
record Query(SqlTemplate sql, QueryParameters parameters, @Nullable Target target, long budget) {

  private static final Logger log = LoggerFactory.getLogger(Query.class);

  /**
   * BigQuery bills at least so many bytes for each table, and for each query, and rounds up. Its
   * limit is on what it bills, a budget on what is read.
   *
   * @see <a href="https://cloud.google.com/bigquery/pricing">BigQuery pricing</a>
   */
  private static final long LEAST_BILLED = 10L << 20;

  /**
   * A table that a query writes.
   *
   * @param partition the length of the partitions of which the one of the runtime is written; null
   *     for the whole table
   */
  record Target(
      String table,
      CreateDisposition create,
      WriteDisposition write,
      TimePartitioning.@Nullable Type partition) {

    /** Whether one run of a workflow must do it once. */
    boolean once() {
      return write == WriteDisposition.WRITE_APPEND;
    }

    /** The table, or <code>table$partition</code>, found out by Airflow. */
    Object template() {
      return partition == null ? table : Template.join(table + '$', Partitions.template(partition));
    }

    /** The table, or <code>table$partition</code>. */
    String table(ZonedDateTime runtime) {
      return partition == null ? table : Partitions.decorated(table, partition, runtime);
    }
  }

  static Query of(SqlTemplate sql, @Nullable Target target) {
    return new Query(sql, QueryParameters.NONE, target, 0);
  }

  Query with(String name, Object value) {
    return new Query(sql, parameters.with(sql.toString(), name, value), target, budget);
  }

  Query with(@Nullable Target other) {
    return new Query(sql, parameters, other, budget);
  }

  Query withBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "A budget of " + bytes + " bytes lets nothing run. Give a positive number of bytes.");
    }
    return new Query(sql, parameters, target, bytes);
  }

  private QueryJobConfiguration configuration(
      BigQuerySession session, boolean isDryRun, long tables) {
    JobContext context = session.context();
    String text = sql.at(context.runtime());
    QueryJobConfiguration.Builder builder =
        QueryJobConfiguration.newBuilder(text)
            .setUseLegacySql(false)
            .setDefaultDataset(session.dataset().id())
            .setLabels(session.dataset().labelsOf(context));
    values(context).forEach(builder::addNamedParameter);
    if (target != null) {
      builder
          .setDestinationTable(session.tableId(target.table(context.runtime())))
          .setCreateDisposition(target.create())
          .setWriteDisposition(target.write());
    }
    if (isDryRun) {
      builder.setDryRun(true);
    } else if (budget > 0) {
      builder.setMaximumBytesBilled(limit(tables));
    }
    return builder.build();
  }

  /**
   * What {@link #run} sends, as BigQuery's API has it and completed by Airflow.
   *
   * @param tables how many tables it may read, at most
   */
  Map<String, @Nullable Object> template(BigQueryDataset dataset, long tables) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("query", sql.template());
    query.put("useLegacySql", false);
    query.put("defaultDataset", JobOperators.datasetReference(dataset));
    List<Object> named = parameters.templates(sql.toString());
    if (!named.isEmpty()) {
      query.put("parameterMode", "NAMED");
      query.put("queryParameters", named);
    }
    if (target != null) {
      query.put("destinationTable", JobOperators.tableReference(dataset, target.template()));
      query.put("createDisposition", target.create());
      query.put("writeDisposition", target.write());
    }
    if (budget > 0) {
      query.put("maximumBytesBilled", Long.toString(limit(tables)));
    }
    return Map.of("query", query);
  }

  private long limit(long tables) {
    long more = tables * LEAST_BILLED;
    return budget > Long.MAX_VALUE - more ? Long.MAX_VALUE : budget + more;
  }

  private Map<String, QueryParameterValue> values(JobContext context) {
    return parameters.at(sql.toString(), context.runtime());
  }

  /** Runs it to its end. */
  Job run(BigQuerySession session, String purpose)
      throws BigQueryJobException, InterruptedException {
    return run(
        session,
        purpose,
        target != null && target.once() ? JobRun.Repeat.ONCE : JobRun.Repeat.AGAIN);
  }

  Job run(BigQuerySession session, String purpose, JobRun.Repeat repeat)
      throws BigQueryJobException, InterruptedException {
    long tables = budget > 0 ? requireBudget(session, purpose) : 0;
    QueryJobConfiguration configuration = configuration(session, false, tables);
    return new JobRun(
            session,
            new JobRun.Work(
                purpose,
                identity(session, configuration),
                configuration.getQuery(),
                repeat,
                (client, id) ->
                    client.create(JobInfo.newBuilder(configuration).setJobId(id).build())))
        .run();
  }

  private String identity(BigQuerySession session, QueryJobConfiguration configuration) {
    return String.join(
        "\0",
        String.valueOf(configuration.getDestinationTable()),
        String.valueOf(configuration.getWriteDisposition()),
        configuration.getQuery(),
        new TreeMap<>(values(session.context())).toString());
  }

  /** What it would read. */
  BigQueryEstimate estimate(BigQuerySession session, String purpose) throws BigQueryJobException {
    return estimate(dryRun(session, purpose));
  }

  private static BigQueryEstimate estimate(@Nullable QueryStatistics statistics) {
    Long bytes = statistics == null ? null : statistics.getTotalBytesProcessed();
    return new BigQueryEstimate(bytes == null ? 0 : bytes);
  }

  private @Nullable QueryStatistics dryRun(BigQuerySession session, String purpose)
      throws BigQueryJobException {
    QueryJobConfiguration configuration = configuration(session, true, 0);
    try {
      JobId id = JobId.newBuilder().setRandomJob().setLocation(session.ensureDataset()).build();
      Job job = session.client().create(JobInfo.newBuilder(configuration).setJobId(id).build());
      return job.getStatistics() instanceof QueryStatistics statistics ? statistics : null;
    } catch (BigQueryException e) {
      throw session.failure(purpose, configuration.getQuery(), null, e);
    }
  }

  /** Returns how many tables it reads, 1 if none. */
  private long requireBudget(BigQuerySession session, String purpose) throws BigQueryJobException {
    QueryStatistics statistics = dryRun(session, purpose);
    BigQueryEstimate estimate = estimate(statistics);
    if (estimate.bytes() > budget) {
      throw new ConfigurationException(
          "Cannot "
              + purpose
              + ": the query would read "
              + estimate
              + ", but its budget is "
              + BigQueryEstimate.size(budget)
              + ". Read less (fewer columns, fewer partitions), or raise the budget.");
    }
    log.info(
        "Within the budget of {}: would read {} ({})",
        BigQueryEstimate.size(budget),
        estimate,
        purpose);
    List<TableId> tables = statistics == null ? null : statistics.getReferencedTables();
    return tables == null ? 1 : Math.max(1, tables.size());
  }
}
