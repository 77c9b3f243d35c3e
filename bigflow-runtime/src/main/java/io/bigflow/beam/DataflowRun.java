// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.services.dataflow.model.Job;
import io.bigflow.google.JobLabels;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.beam.runners.dataflow.DataflowClient;
import org.apache.beam.runners.dataflow.DataflowJobAlreadyExistsException;
import org.apache.beam.runners.dataflow.DataflowJobAlreadyUpdatedException;
import org.apache.beam.runners.dataflow.DataflowPipelineJob;
import org.apache.beam.runners.dataflow.DataflowRunner;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.runners.dataflow.util.MonitoringUtil;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pipeline on Dataflow, which goes on there whatever becomes of the job that started it. */
final class DataflowRun {
  private static final Logger log = LoggerFactory.getLogger(DataflowRun.class);

  /** The label with the {@link PipelineRun#fingerprint}. */
  static final String BUILD_LABEL = "bigflow-build";

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A job that is ready to be sent to Dataflow. */
  @FunctionalInterface
  private interface Submission {
    DataflowPipelineJob send() throws Exception;
  }

  /** Has Dataflow start a job. */
  @FunctionalInterface
  interface TemplateStart {
    Job start(DataflowJobs jobs) throws IOException;
  }

  private final PipelineRun run;
  private final DataflowPipelineOptions options;
  private final Callable<Submission> preparation;
  private final DataflowJobs jobs;
  private final Deadline deadline;
  private Duration pause = FIRST_PAUSE;

  private DataflowRun(
      PipelineRun run, DataflowPipelineOptions options, Callable<Submission> preparation) {
    this.run = run;
    this.options = options;
    this.preparation = preparation;
    this.jobs = new DataflowJobs(options);
    this.deadline = Deadline.in(run.timeout());
  }

  /**
   * Of a pipeline that is made here; completes the options.
   *
   * @throws ConfigurationException if one is missing that Dataflow needs
   */
  static DataflowRun of(PipelineRun run, Callable<Pipeline> pipeline) {
    DataflowPipelineOptions options = run.options().as(DataflowPipelineOptions.class);
    require(run, "project", options.getProject());
    require(run, "region", options.getRegion());
    options.setLabels(labels(run, options.getLabels()));
    run.context().image().ifPresent(image -> WorkerImage.use(image, options));
    return new DataflowRun(run, options, () -> prepared(run, options, pipeline));
  }

  /**
   * Of a pipeline that Dataflow has a template of.
   *
   * @param template has it start a job of the run's name
   */
  static DataflowRun of(PipelineRun run, TemplateStart template) {
    DataflowPipelineOptions options = run.options().as(DataflowPipelineOptions.class);
    DataflowJobs jobs = new DataflowJobs(options);
    return new DataflowRun(run, options, () -> () -> attach(template.start(jobs), options));
  }

  void execute() throws Exception {
    if (run.streaming()) {
      keep();
    } else {
      complete();
    }
  }

  /** A batch pipeline: its end is the job's. */
  private void complete() throws Exception {
    @Nullable Job running = awaitEndIfEnding(jobs.active(run.name()).orElse(null));
    DataflowPipelineJob job;
    if (running == null) {
      job = submit();
    } else {
      log.info(
          "Dataflow job {} ({}) of this run is {} already; waiting for it",
          running.getName(),
          running.getId(),
          DataflowJobs.state(running));
      job = attach(running, options);
    }
    if (run.mode() == Mode.DETACHED) {
      awaitStart(job);
      return;
    }
    showLinks(job);
    run.context().onCancel(() -> cancel(job));
    @Nullable State state =
        job.waitUntilFinish(
            // As Beam says that there is no limit: by a negative one.
            LocalRun.joda(
                deadline
                    .left()
                    .map(left -> left.toMillis() < 1 ? Duration.ofMillis(1) : left)
                    .orElse(Duration.ofMillis(-1))),
            new MonitoringUtil.LoggingHandler());
    if (state == null || !state.isTerminal()) {
      cancel(job);
      throw new BeamJobException(
          "Dataflow job "
              + job.getJobId()
              + " of "
              + run.job()
              + " was cancelled, because it took longer than "
              + run.timeout().map(Duration::toString).orElse("it may")
              + ". Give it more with BeamJob.timeout(…), or more workers. "
              + console(job));
    }
    if (state != State.DONE) {
      throw new BeamJobException(
          "Dataflow job "
              + job.getJobId()
              + " of "
              + run.job()
              + " ended as "
              + state
              + ". Its messages are in the log above; its workers' log: "
              + logs(job));
    }
    log.info("Dataflow job {} is done", job.getJobId());
  }

  /** A streaming pipeline: exactly one runs, of this build. */
  private void keep() throws Exception {
    @Nullable Job running = awaitEndIfEnding(jobs.active(run.name()).orElse(null));
    if (running != null && isThisBuild(running)) {
      log.info(
          "Dataflow job {} ({}) is {} and of this build already; nothing to do",
          running.getName(),
          running.getId(),
          DataflowJobs.state(running));
      return;
    }
    if (running == null) {
      awaitStart(submit());
      return;
    }
    log.info(
        "Dataflow job {} ({}) is of another build; updating it",
        running.getName(),
        running.getId());
    if (update()) {
      return;
    }
    @Nullable Job left = jobs.active(run.name()).orElse(null);
    if (left != null) {
      log.info("Draining Dataflow job {} to replace it", left.getId());
      jobs.drain(left);
      awaitEnd(left);
    }
    options.setUpdate(false);
    awaitStart(submit());
  }

  /** Whether Dataflow took the new pipeline in place of the old one. */
  private boolean update() throws Exception {
    options.setUpdate(true);
    DataflowPipelineJob job;
    try {
      job = submit();
    } catch (BeamJobException e) {
      if (!isRefused(e)) {
        // A lost connection or a missing right says nothing of the pipelines: the old one stays.
        throw e;
      }
      log.warn("Dataflow refused to update the job: {}", e.getMessage());
      return false;
    }
    @Nullable Job ended = started(job);
    if (ended == null) {
      log.info("Dataflow job {} has taken over", job.getJobId());
      return true;
    }
    log.warn(
        "Dataflow job {} could not take over ({}), so the pipelines are not compatible. {}",
        job.getJobId(),
        DataflowJobs.state(ended),
        console(job));
    return false;
  }

  /** Whether Dataflow has understood the request and does not want this pipeline in that place. */
  private static boolean isRefused(BeamJobException failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof GoogleJsonResponseException answer) {
        return answer.getStatusCode() == HttpURLConnection.HTTP_BAD_REQUEST;
      }
    }
    return false;
  }

  private void awaitStart(DataflowPipelineJob job) throws Exception {
    @Nullable Job ended = started(job);
    if (ended != null) {
      throw new BeamJobException(
          "Dataflow job "
              + job.getJobId()
              + " of "
              + run.job()
              + " did not start: "
              + DataflowJobs.state(ended)
              + ". "
              + console(job));
    }
    log.info("Dataflow job {} has started", job.getJobId());
  }

  /** Waits until it runs; what has become of it if it will not. */
  private @Nullable Job started(DataflowPipelineJob job) throws Exception {
    showLinks(job);
    while (true) {
      Job now = require(job);
      String state = DataflowJobs.state(now);
      if (state.equals("JOB_STATE_RUNNING") || state.equals("JOB_STATE_DONE")) {
        return null;
      }
      if (DataflowJobs.hasEnded(now) || DataflowJobs.isEnding(now)) {
        return now;
      }
      pause("start of Dataflow job " + job.getJobId());
    }
  }

  private @Nullable Job awaitEndIfEnding(@Nullable Job job) throws Exception {
    if (job == null || !DataflowJobs.isEnding(job)) {
      return job;
    }
    log.info("Waiting for the end of Dataflow job {} ({})", job.getId(), DataflowJobs.state(job));
    awaitEnd(job);
    return null;
  }

  private void awaitEnd(Job job) throws Exception {
    while (true) {
      Optional<Job> now = jobs.get(job.getId());
      if (now.isEmpty() || DataflowJobs.hasEnded(now.get())) {
        return;
      }
      pause("end of Dataflow job " + job.getId());
    }
  }

  private Job require(DataflowPipelineJob job) throws IOException, BeamJobException {
    Optional<Job> now = jobs.get(job.getJobId());
    if (now.isEmpty()) {
      throw new BeamJobException("Dataflow job " + job.getJobId() + " has disappeared.");
    }
    return now.get();
  }

  private void pause(String what) throws Exception {
    if (deadline.left().filter(Duration::isZero).isPresent()) {
      throw new BeamJobException(
          "Gave up waiting for the "
              + what
              + " after "
              + run.timeout().map(Duration::toString).orElse("")
              + ". The next try goes on from there.");
    }
    Thread.sleep(pause.toMillis());
    Duration next = pause.multipliedBy(2);
    pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
  }

  private boolean isThisBuild(Job job) {
    Map<String, String> labels = job.getLabels() == null ? Map.of() : job.getLabels();
    return run.fingerprint().isPresent() && run.fingerprint().get().equals(labels.get(BUILD_LABEL));
  }

  private static Submission prepared(
      PipelineRun run, DataflowPipelineOptions options, Callable<Pipeline> made) throws Exception {
    Pipeline pipeline = made.call();
    DataflowRunner runner;
    try {
      runner = DataflowRunner.fromOptions(options);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "Dataflow cannot run the pipeline of "
              + run.job()
              + " with these options: "
              + e.getMessage()
              + " They are set in job configuration, as beam.<option>.",
          e);
    }
    return () -> runner.run(pipeline);
  }

  /** Starts the pipeline on Dataflow, or finds that another try of the run has. */
  private DataflowPipelineJob submit() throws Exception {
    Submission submission = preparation.call();
    try {
      return submission.send();
    } catch (DataflowJobAlreadyExistsException | DataflowJobAlreadyUpdatedException e) {
      log.info("Dataflow has the job already, started by another try");
      return e.getJob();
    } catch (ConfigurationException e) {
      throw e;
    } catch (RuntimeException | IOException e) {
      Optional<Job> other = options.isUpdate() ? Optional.empty() : jobs.active(run.name());
      if (other.isPresent()) {
        log.info("Dataflow has the job already, started by another try");
        return attach(other.get(), options);
      }
      throw new BeamJobException(
          "Dataflow did not take the pipeline of " + run.job() + ": " + e.getMessage(), e);
    }
  }

  private static DataflowPipelineJob attach(Job job, DataflowPipelineOptions options) {
    return new DataflowPipelineJob(DataflowClient.create(options), job.getId(), options, Map.of());
  }

  private void cancel(DataflowPipelineJob job) {
    log.info("Cancelling Dataflow job {}", job.getJobId());
    try {
      job.cancel();
    } catch (IOException e) {
      log.warn("Dataflow job {} could not be cancelled. {}", job.getJobId(), console(job), e);
    }
  }

  private void showLinks(DataflowPipelineJob job) {
    log.info("Dataflow job {}: {}", run.name(), console(job));
    log.info("Its log: {}", logs(job));
  }

  private String console(DataflowPipelineJob job) {
    return MonitoringUtil.getJobMonitoringPageURL(
        options.getProject(), options.getRegion(), job.getJobId());
  }

  private String logs(DataflowPipelineJob job) {
    return "https://console.cloud.google.com/logs/query;query=resource.type%3D%22dataflow_step%22%0A"
        + "resource.labels.job_id%3D%22"
        + job.getJobId()
        + "%22?project="
        + options.getProject();
  }

  private static Map<String, String> labels(
      PipelineRun run, @Nullable Map<String, String> configured) {
    JobContext context = run.context();
    Map<String, String> labels =
        new LinkedHashMap<>(JobLabels.of(configured == null ? Map.of() : configured, context));
    labels.put("bigflow-version", JobLabels.value(context.version()));
    if (!run.streaming()) {
      labels.put("bigflow-run", JobLabels.value(context.runId()));
    }
    run.fingerprint().ifPresent(build -> labels.put(BUILD_LABEL, build));
    context.image().ifPresent(image -> labels.putAll(WorkerImage.labels(image)));
    return labels;
  }

  private static void require(PipelineRun run, String option, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new ConfigurationException(
          "Dataflow needs the option '"
              + option
              + "' for "
              + run.job()
              + ". Set "
              + JobOptions.GROUP
              + "."
              + option
              + " in job configuration of environment '"
              + run.context().env()
              + "'.");
    }
  }

  /** A point in time, if there is one. */
  private record Deadline(@Nullable Long nanos) {
    static Deadline in(Optional<Duration> timeout) {
      return new Deadline(timeout.map(limit -> System.nanoTime() + limit.toNanos()).orElse(null));
    }

    /** What is left, not less than zero; empty if there is no limit. */
    Optional<Duration> left() {
      return nanos == null
          ? Optional.empty()
          : Optional.of(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    }
  }
}
