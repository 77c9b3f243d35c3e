// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobStatistics.LoadStatistics;
import com.google.cloud.bigquery.JobStatistics.QueryStatistics;
import com.google.cloud.bigquery.JobStatus;
import io.bigflow.workflow.JobContext;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one BigQuery job for one run of a workflow.
 *
 * <p>The id of the BigQuery job is made from run, task and what is to be done, with a number at the
 * end. Each BigQuery job that has ended uses its number up, so a run that is repeated on purpose
 * works again, while a try that follows a lost answer meets the BigQuery job at work and joins it.
 */
final class JobRun {
  private static final Logger log = LoggerFactory.getLogger(JobRun.class);

  /** A run that is repeated this often has another problem. */
  private static final int MOST_NUMBERS = 1000;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 3000;

  private final BigQuerySession session;
  private final BigQuery client;
  private final JobContext context;
  private final Work work;

  /** The client may swallow the interrupt of its thread, so the loop needs its own sign. */
  private final AtomicBoolean stopped = new AtomicBoolean();

  JobRun(BigQuerySession session, Work work) {
    this.session = session;
    this.client = session.client();
    this.context = session.context();
    this.work = work;
  }

  /** What to do when the same run has done the same already. */
  enum Repeat {
    /** It replaces what is there, so that it may be done again. */
    AGAIN,
    /** It adds to what is there: what an earlier try has done stays the result. */
    ONCE,
    /** It looks at what may change from moment to moment, so nothing earlier is of use. */
    ANEW
  }

  /** Sends a job under an id. */
  interface Submission {
    Job submit(BigQuery client, JobId id);
  }

  /**
   * What is to be done.
   *
   * @param identity tells it from all else that the same task of the same run does
   * @param sql the SQL, for messages
   */
  record Work(
      String purpose,
      String identity,
      @Nullable String sql,
      Repeat repeat,
      Submission submission) {}

  /** Runs the job to its end. */
  Job run() throws BigQueryJobException, InterruptedException {
    JobId id = null;
    AtomicBoolean over = new AtomicBoolean();
    try {
      String location = session.ensureDataset();
      String stem = stem();
      for (int number = 0; number < MOST_NUMBERS; number++) {
        JobId candidate =
            JobId.newBuilder()
                .setProject(session.dataset().project())
                .setLocation(location)
                .setJob(stem + "_" + number)
                .build();
        Job earlier = work.repeat() == Repeat.ANEW ? null : client.getJob(candidate);
        if (earlier != null && isDone(earlier)) {
          if (work.repeat() == Repeat.ONCE && earlier.getStatus().getError() == null) {
            log.info(
                "BigQuery job {} of this run has done it already ({}); start a new run to do it"
                    + " again",
                candidate.getJob(),
                work.purpose());
            return earlier;
          }
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
        Job job = await(earlier == null ? submit(candidate) : joined(earlier), candidate);
        requireSuccess(job);
        report(job);
        return job;
      }
    } catch (BigQueryException e) {
      throw session.failure(work.purpose(), work.sql(), id, e);
    } finally {
      over.set(true);
    }
    throw new BigQueryJobException(
        "Cannot "
            + work.purpose()
            + ": run '"
            + context.runId()
            + "' did this "
            + MOST_NUMBERS
            + " times already. Start a new run.");
  }

  private Job submit(JobId id) {
    log.info("Starting BigQuery job {}", id.getJob());
    try {
      return work.submission().submit(client, id);
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

  private void requireSuccess(Job job) throws BigQueryJobException {
    BigQueryError error = job.getStatus().getError();
    if (error != null) {
      throw new BigQueryJobException(
          BigQueryMessages.text(
                  work.purpose(),
                  work.sql(),
                  job.getJobId(),
                  error,
                  error.getMessage(),
                  Objects.requireNonNullElse(job.getStatus().getExecutionErrors(), List.of()))
              + session.advice(0, error.getReason()));
    }
  }

  private void report(Job job) {
    BigQueryStatistics statistics = statistics(job);
    log.info(
        "BigQuery job {} is done ({}): {} processed, {} billed, {} slot ms, {} rows",
        statistics.jobId(),
        work.purpose(),
        BigQueryEstimate.size(statistics.bytesProcessed()),
        BigQueryEstimate.size(statistics.bytesBilled()),
        statistics.slotMillis(),
        statistics.rows());
    log.info("In the console: {}", BigQueryMessages.link(job.getJobId()));
  }

  /** What BigQuery counted. */
  static BigQueryStatistics statistics(Job job) {
    String id = job.getJobId().getJob();
    if (job.getStatistics() instanceof QueryStatistics query) {
      return new BigQueryStatistics(
          id,
          orZero(query.getTotalBytesProcessed()),
          orZero(query.getTotalBytesBilled()),
          orZero(query.getTotalSlotMs()),
          orZero(query.getNumDmlAffectedRows()));
    }
    if (job.getStatistics() instanceof LoadStatistics load) {
      return new BigQueryStatistics(
          id, orZero(load.getInputBytes()), 0, 0, orZero(load.getOutputRows()));
    }
    return new BigQueryStatistics(id, 0, 0, 0, 0);
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  private String stem() {
    String identity =
        String.join(
            "\0",
            context.runId(),
            context.workflow(),
            context.job(),
            context.env(),
            session.dataset().toString(),
            work.identity(),
            work.repeat() == Repeat.ANEW ? UUID.randomUUID().toString() : "");
    return stem(context.workflow(), context.job()) + "_" + sha256(identity).substring(0, 16);
  }

  /** The part of a job's id by which people know it. */
  static String stem(String workflow, String job) {
    return ("bigflow_" + workflow + "_" + job).replaceAll("[^\\w-]", "_");
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
