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
import com.google.cloud.bigquery.TableDataWriteChannel;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TimePartitioning;
import com.google.cloud.bigquery.WriteChannelConfiguration;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are loaded into an existing table by a load job: all of them or none. Loads cost
 * nothing, and the rows can be queried at once.
 *
 * <p>Rows are appended, once per run of the workflow: a further try of the same run finds that it
 * is done. With {@link #truncate} they replace what is there.
 */
public final class BigQueryLoad extends BigQueryOperation<BigQueryStatistics> {
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

  @Override
  BigQueryStatistics run(BigQuerySession session)
      throws BigQueryJobException, InterruptedException {
    TableId destination =
        session.tableId(
            partition == null
                ? table
                : Partitions.decorated(table, partition, session.context().runtime()));
    Map<String, String> labels = JobLabels.of(dataset, session.context());
    BigQueryStatistics statistics;
    try (LoadSource.Content content = source.open()) {
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
    TableDataWriteChannel channel = client.writer(id, configuration);
    try (OutputStream stream = Channels.newOutputStream(channel)) {
      Files.copy(content.file(), stream);
    } catch (IOException e) {
      // The client hides the answers of an upload behind it.
      if (e.getCause() instanceof BigQueryException answer) {
        throw answer;
      }
      throw new UncheckedIOException(e);
    }
    Job job = channel.getJob();
    return job == null ? client.getJob(id) : job;
  }
}
