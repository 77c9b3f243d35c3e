// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobInfo;
import com.google.cloud.bigquery.JobInfo.CreateDisposition;
import com.google.cloud.bigquery.JobInfo.WriteDisposition;
import com.google.cloud.bigquery.LoadJobConfiguration;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableDataWriteChannel;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TimePartitioning;
import com.google.cloud.bigquery.WriteChannelConfiguration;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that are loaded into an existing table by a load job: all of them or none. Loads cost
 * nothing, and the rows can be queried at once.
 *
 * <p>Rows are appended, once per run of the workflow: a further try of the same run finds that it
 * is done. With {@link #truncate} they replace what is there. Without a row nothing is loaded, and
 * with {@link #truncate} the table, or the partition, is empty afterwards.
 */
public final class BigQueryLoad extends BigQueryOperation<BigQueryStatistics> {
  private static final int BUFFER = 1 << 16;

  private static final Logger log = LoggerFactory.getLogger(BigQueryLoad.class);

  private final String table;
  private final FormatOptions format;
  private final LoadSource source;
  private final WriteDisposition write;
  private final TimePartitioning.@Nullable Type partition;

  BigQueryLoad(
      BigQueryDataset dataset,
      String purpose,
      String table,
      FormatOptions format,
      LoadSource source) {
    this(dataset, purpose, table, format, source, WriteDisposition.WRITE_APPEND, null);
  }

  private BigQueryLoad(
      BigQueryDataset dataset,
      String purpose,
      String table,
      FormatOptions format,
      LoadSource source,
      WriteDisposition write,
      TimePartitioning.@Nullable Type partition) {
    super(dataset, purpose);
    this.table = table;
    this.format = format;
    this.source = source;
    this.write = write;
    this.partition = partition;
  }

  /** This load, replacing what the table, or its partition, holds. */
  public BigQueryLoad truncate() {
    return new BigQueryLoad(
        dataset, purpose, table, format, source, WriteDisposition.WRITE_TRUNCATE, partition);
  }

  /**
   * This load, into the partition that the runtime belongs to.
   *
   * @param length the length of the table's partitions
   */
  public BigQueryLoad partition(TimePartitioning.Type length) {
    return new BigQueryLoad(dataset, purpose, table, format, source, write, length);
  }

  /**
   * This load, run by a pod or by an operator of Airflow, whatever the dataset says.
   *
   * @see BigQueryDataset#execution
   */
  public BigQueryLoad execution(Execution means) {
    return new BigQueryLoad(
        dataset.execution(means), purpose, table, format, source, write, partition);
  }

  @Override
  @Nullable Operator equivalent(OperatorContext context) {
    @Nullable Map<String, Object> fileFormat = LoadFormats.of(format).orElse(null);
    if (fileFormat == null || !(source instanceof LoadSource.Objects objects)) {
      return null;
    }
    Map<String, Object> load = new LinkedHashMap<>();
    load.put("sourceUris", objects.uris().stream().map(Template::text).toList());
    load.putAll(fileFormat);
    load.put(
        "destinationTable",
        JobOperators.tableReference(
            dataset,
            partition == null
                ? table
                : Template.join(table + '$', Partitions.template(partition))));
    load.put("createDisposition", CreateDisposition.CREATE_NEVER);
    load.put("writeDisposition", write);
    return JobOperators.insertJob(
        dataset, context, Map.of("load", load), write == WriteDisposition.WRITE_APPEND);
  }

  @Override
  BigQueryStatistics run(BigQuerySession session)
      throws BigQueryJobException, InterruptedException {
    TableId destination =
        session.tableId(
            partition == null
                ? table
                : Partitions.decorated(table, partition, session.context().runtime()));
    Map<String, String> labels = dataset.labelsOf(session.context());
    BigQueryStatistics statistics;
    try (LoadSource.Content content = source.open()) {
      if (content.isEmpty()) {
        return loadNothing(session, destination);
      }
      JobRun.Submission submission =
          content.uris().isEmpty()
              ? (client, id) -> upload(client, id, content, destination, labels)
              : (client, id) ->
                  client.create(
                      JobInfo.newBuilder(
                              LoadJobConfiguration.newBuilder(destination, content.uris())
                                  .setFormatOptions(format)
                                  .setCreateDisposition(CreateDisposition.CREATE_NEVER)
                                  .setWriteDisposition(write)
                                  .setLabels(labels)
                                  .build())
                          .setJobId(id)
                          .build());
      String identity =
          String.join("\0", destination.toString(), write.name(), content.fingerprint());
      statistics =
          JobRun.statistics(
              new JobRun(
                      session,
                      new JobRun.Work(
                          purpose,
                          identity,
                          null,
                          write == WriteDisposition.WRITE_APPEND
                              ? JobRun.Repeat.ONCE
                              : JobRun.Repeat.AGAIN,
                          submission))
                  .run());
    } catch (IOException e) {
      throw new BigQueryJobException("Cannot " + purpose + ": " + e, e);
    }
    session.act(purpose, session::labelTables);
    return statistics;
  }

  /** There is no load job without a byte. */
  private BigQueryStatistics loadNothing(BigQuerySession session, TableId destination)
      throws BigQueryJobException, InterruptedException {
    if (write == WriteDisposition.WRITE_TRUNCATE) {
      Table present =
          session.call(purpose, () -> session.client().getTable(session.tableId(table)));
      if (present == null) {
        throw new BigQueryJobException(
            "Cannot " + purpose + ": there is no such table. Create it in a job before this one.");
      }
      if (partition == null) {
        dataset.execute("TRUNCATE TABLE `" + dataset.fullId(table) + "`").run(session);
      } else {
        session.call(purpose, () -> session.client().delete(destination));
      }
    }
    log.info("There is no row to load ({})", purpose);
    session.act(purpose, session::labelTables);
    return new BigQueryStatistics("", 0, 0, 0, 0);
  }

  private Job upload(
      BigQuery client,
      JobId id,
      LoadSource.Content content,
      TableId destination,
      Map<String, String> labels) {
    WriteChannelConfiguration configuration =
        WriteChannelConfiguration.newBuilder(destination)
            .setFormatOptions(format)
            .setCreateDisposition(CreateDisposition.CREATE_NEVER)
            .setWriteDisposition(write)
            .setLabels(labels)
            .build();
    // Closing the channel says that the rows are complete, so a failure must leave it open.
    TableDataWriteChannel channel = client.writer(id, configuration);
    try (FileChannel file = FileChannel.open(content.file())) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (file.read(buffer.clear()) >= 0) {
        channel.write(buffer.flip());
      }
      channel.close();
    } catch (IOException e) {
      // The client hides the answers of an upload behind it.
      if (e.getCause() instanceof BigQueryException answer) {
        throw answer;
      }
      throw new BigQueryException(0, "the upload broke off: " + e, e);
    }
    return channel.getJob();
  }
}
