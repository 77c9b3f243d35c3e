// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Job;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/** One try of one job: from the first line of its log to the exit code. */
final class JobRun {

  /** Kubernetes kills a pod 30 s after SIGTERM; the JVM needs a little of that for itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private final Job job;
  private final RunContext context;
  private final String line;
  private final PrintWriter err;

  JobRun(Job job, RunContext context, WorkflowIndex project, PrintWriter err) {
    this.job = job;
    this.context = context;
    this.err = err;
    this.line = context + " project=" + project.project() + " version=" + project.version();
  }

  int execute(Consumer<Runnable> shutdownHooks) {
    Cancellation cancellation = context.cancellation();
    cancellation.begin();
    shutdownHooks.accept(this::stop);
    long start = System.nanoTime();
    say("Job starts: " + line);
    try {
      job.execute(context);
      say("Job done in " + since(start) + ": " + line);
      return Launcher.DONE;
    } catch (ConfigurationException e) {
      log.info("Job refused in {}: {}", since(start), line);
      log.debug("Refused", e);
      err.println(e.getMessage());
      return Launcher.MISUSED;
    } catch (Throwable e) {
      if (cancellation.isCancelled()) {
        log.warn("Job cancelled in {}: {}", since(start), line, e);
      } else {
        failed(since(start), e);
      }
      return Launcher.FAILED;
    } finally {
      cancellation.end();
    }
  }

  // Without a binding slf4j drops everything; which job ran for which time must not be lost.
  private void say(String text) {
    if (log.isInfoEnabled()) {
      log.info(text);
    } else if (LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory) {
      err.println(text);
    }
  }

  private void failed(String duration, Throwable thrown) {
    log.error("Job failed in {}: {}", duration, line, thrown);
    if (!log.isErrorEnabled()) {
      // Without a binding slf4j drops everything; the reason of a failure must not be lost.
      err.println("Job failed in " + duration + ": " + line);
      thrown.printStackTrace(err);
    }
  }

  /** Runs when the JVM was told to end, also at the end of a normal run. */
  private void stop() {
    Cancellation cancellation = context.cancellation();
    if (cancellation.hasEnded()) {
      return;
    }
    if (cancellation.isExiting()) {
      log.warn(
          "The job ends the JVM with System.exit, so the exit code is the job's own: {}", line);
      return;
    }
    log.warn("Stopped from outside, the job is being cancelled: {}", line);
    if (!cancellation.cancel(PATIENCE)) {
      log.error("The job did not end within {} s after it was stopped", PATIENCE.toSeconds());
    }
  }

  private static String since(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms";
  }
}
