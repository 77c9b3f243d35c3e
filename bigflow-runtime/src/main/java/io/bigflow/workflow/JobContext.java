// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;

/** What a job knows about the run it belongs to. */
public interface JobContext {

  /** The id of the workflow. */
  String workflow();

  /** The id of the job within its workflow. */
  String job();

  /**
   * The start of the data interval that the run is for, in UTC. For a daily schedule this is
   * midnight of the day whose data is processed, which is the day before the run starts. A run
   * without a data interval has the time at which it was requested.
   */
  ZonedDateTime runtime();

  /** The environment in which the job works, for example {@code dev} or {@code prod}. */
  String env();

  /** Identifies the run; all jobs and all tries of one run have the same value. */
  String runId();

  /** The project's version; {@code unknown} where no build has written it. */
  String version();

  /**
   * The image that the job runs in, by digest, {@code repository@sha256:…}; empty on a developer's
   * machine.
   */
  Optional<String> image();

  /** The configuration that was given when the run was triggered; empty for a scheduled run. */
  Map<String, Object> conf();

  /**
   * What the run was triggered with for a parameter, or its default.
   *
   * @throws ConfigurationException if it is missing and has no default, or is of another type
   */
  default <T> T parameter(Parameter<T> parameter) {
    return parameter.in(conf(), workflow());
  }

  /** The job configuration of {@link #env()}. */
  JobConfig config();

  /**
   * The service account as which the job is to act on Google Cloud, if not as the one that its pod
   * has. BigFlow's own helpers follow it; {@code io.bigflow.google.JobCredentials} makes
   * credentials of it for other clients, and its text is the value of Beam's {@code
   * --impersonateServiceAccount}.
   */
  Optional<Impersonation> impersonation();

  /**
   * Registers what to do when the job is stopped from outside (a timeout, a stopped run): cancel a
   * query, a Dataflow job. Actions run in reverse order; after them the job's thread is
   * interrupted.
   */
  void onCancel(Runnable action);
}
