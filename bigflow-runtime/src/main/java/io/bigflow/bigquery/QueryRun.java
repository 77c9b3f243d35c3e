// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Dataset;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobInfo;
import com.google.cloud.bigquery.JobStatistics.QueryStatistics;
import com.google.cloud.bigquery.JobStatus;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.TableId;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one statement for one run of a workflow.
 *
 * <p>The id of the query job is made from run, task and statement, with a number at the end. Each
 * query job that has ended uses its number up, so a run that is repeated on purpose works again,
 * while a try that follows a lost answer meets the query job at work and joins it.
 */
final class QueryRun {
  private static final Logger log = LoggerFactory.getLogger(QueryRun.class);

  /** A run that is repeated this often has another problem. */
  private static final int MOST_NUMBERS = 1000;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 3000;

  /** BigQuery ends messages about SQL with {@code at [line:column]}. */
  private static final Pattern SQL_PLACE = Pattern.compile("\\[(\\d+):(\\d+)\\]");

  private final BigQuery client;
  private final BigQueryDataset dataset;
  private final JobContext context;

  /** The client may swallow the interrupt of its thread, so the loop needs its own sign. */
  private final AtomicBoolean stopped = new AtomicBoolean();

  QueryRun(BigQuery client, BigQueryDataset dataset, JobContext context) {
    this.client = client;
    this.dataset = dataset;
    this.context = context;
  }

  void run(String purpose, QueryJobConfiguration query)
      throws BigQueryJobException, InterruptedException {
    JobId id = null;
    AtomicBoolean over = new AtomicBoolean();
    try {
      String location = ensureDataset();
      String stem = stem(query);
      for (int number = 0; number < MOST_NUMBERS; number++) {
        JobId candidate =
            JobId.newBuilder()
                .setProject(dataset.project())
                .setLocation(location)
                .setJob(stem + "_" + number)
                .build();
        Job earlier = client.getJob(candidate);
        if (earlier != null && isDone(earlier)) {
          continue;
        }
        id = candidate;
        // Before the job is sent: it may be at work although its answer never comes.
        context.onCancel(
            () -> {
              stopped.set(true);
              if (!over.get()) {
                client.cancel(candidate);
              }
            });
        Job job = earlier == null ? submit(candidate, query) : joined(earlier);
        report(purpose, query, await(job, candidate));
        return;
      }
    } catch (BigQueryException e) {
      throw new BigQueryJobException(
          text(purpose, query, id, e.getError(), e.getMessage()) + advice(e.getCode()), e);
    } finally {
      over.set(true);
    }
    throw new BigQueryJobException(
        "Cannot "
            + purpose
            + ": run '"
            + context.runId()
            + "' did this "
            + MOST_NUMBERS
            + " times already. Start a new run.");
  }

  /** Returns where the dataset is. */
  private String ensureDataset() {
    Dataset existing = client.getDataset(dataset.id());
    if (existing == null) {
      try {
        log.info("Creating dataset {} in {}", dataset, dataset.locationOrDefault());
        existing =
            client.create(
                DatasetInfo.newBuilder(dataset.id())
                    .setLocation(dataset.locationOrDefault())
                    .build());
      } catch (BigQueryException e) {
        // Another job of the run may have been faster.
        existing =
            e.getCode() == HttpURLConnection.HTTP_CONFLICT ? client.getDataset(dataset.id()) : null;
        if (existing == null) {
          throw e;
        }
      }
    }
    String location = existing.getLocation();
    return location == null ? dataset.locationOrDefault() : location;
  }

  private Job submit(JobId id, QueryJobConfiguration query) {
    log.info("Starting BigQuery job {}", id.getJob());
    try {
      return client.create(JobInfo.newBuilder(query).setJobId(id).build());
    } catch (BigQueryException e) {
      Job job = mayHaveArrived(e) ? client.getJob(id) : null;
      if (job == null) {
        throw e;
      }
      log.info("The answer was lost, but BigQuery has the job {}", id.getJob());
      return job;
    }
  }

  /** No answer, a server's error, or "already exists" as the answer to a repeated request. */
  private static boolean mayHaveArrived(BigQueryException e) {
    return e.getCode() <= 0
        || e.getCode() == HttpURLConnection.HTTP_CONFLICT
        || e.getCode() >= HttpURLConnection.HTTP_INTERNAL_ERROR;
  }

  private static Job joined(Job job) {
    log.info("An earlier try started BigQuery job {}; waiting for it", job.getJobId().getJob());
    return job;
  }

  private Job await(Job submitted, JobId id) throws InterruptedException {
    Job job = submitted;
    long pause = FIRST_PAUSE_MILLIS;
    while (!isDone(job)) {
      if (stopped.get()) {
        throw new InterruptedException("BigQuery job " + id.getJob() + " was stopped");
      }
      TimeUnit.MILLISECONDS.sleep(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      Job next = client.getJob(id);
      if (next == null) {
        throw new BigQueryException(HttpURLConnection.HTTP_NOT_FOUND, "The job is gone");
      }
      job = next;
    }
    return job;
  }

  private static boolean isDone(Job job) {
    JobStatus status = job.getStatus();
    return status != null && JobStatus.State.DONE.equals(status.getState());
  }

  private void report(String purpose, QueryJobConfiguration query, Job job)
      throws BigQueryJobException {
    BigQueryError error = job.getStatus().getError();
    if (error != null) {
      throw new BigQueryJobException(
          text(purpose, query, job.getJobId(), error, error.getMessage()));
    }
    if (job.getStatistics() instanceof QueryStatistics statistics) {
      log.info(
          "BigQuery job {} is done ({}): {} bytes processed, {} bytes billed, {} slot ms, {} rows"
              + " changed",
          job.getJobId().getJob(),
          purpose,
          orZero(statistics.getTotalBytesProcessed()),
          orZero(statistics.getTotalBytesBilled()),
          orZero(statistics.getTotalSlotMs()),
          orZero(statistics.getNumDmlAffectedRows()));
    }
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  private String text(
      String purpose,
      QueryJobConfiguration query,
      @Nullable JobId id,
      @Nullable BigQueryError error,
      @Nullable String message) {
    StringBuilder text = new StringBuilder("Cannot ").append(purpose).append(": ");
    text.append(message == null ? "BigQuery gave no message" : message);
    if (error != null && error.getReason() != null) {
      text.append(" (").append(error.getReason());
      if (error.getLocation() != null) {
        text.append(" in ").append(error.getLocation());
      }
      text.append(')');
    }
    text.append('.');
    Matcher place = SQL_PLACE.matcher(message == null ? "" : message);
    if (place.find()) {
      List<String> lines = query.getQuery().lines().toList();
      int line = Integer.parseInt(place.group(1));
      if (line >= 1 && line <= lines.size()) {
        text.append(" SQL line ").append(line).append(": ").append(lines.get(line - 1).strip());
      }
    }
    if (id != null) {
      text.append(" BigQuery job: https://console.cloud.google.com/bigquery?project=")
          .append(id.getProject())
          .append("&j=bq:")
          .append(id.getLocation())
          .append(':')
          .append(id.getJob())
          .append("&page=queryresults");
    }
    return text.toString();
  }

  private String advice(int code) {
    return switch (code) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          " The credentials are not accepted; on your machine run: gcloud auth application-default"
              + " login";
      case HttpURLConnection.HTTP_FORBIDDEN ->
          " Grant "
              + context
                  .impersonation()
                  .map(Impersonation::target)
                  .orElse("the job's service account")
              + " roles/bigquery.jobUser on project '"
              + dataset.project()
              + "' and roles/bigquery.dataEditor on dataset '"
              + dataset
              + "' (roles/bigquery.user on the project if it is to create the dataset).";
      default -> "";
    };
  }

  private String stem(QueryJobConfiguration query) {
    TableId destination = query.getDestinationTable();
    String identity =
        String.join(
            "\0",
            context.runId(),
            context.workflow(),
            context.job(),
            context.env(),
            destination == null ? "" : destination.toString(),
            dataset.toString(),
            query.getQuery());
    return ("bigflow_" + context.workflow() + "_" + context.job()).replaceAll("[^\\w-]", "_")
        + "_"
        + sha256(identity).substring(0, 16);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
