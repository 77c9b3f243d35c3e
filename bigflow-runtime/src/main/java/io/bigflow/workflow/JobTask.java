// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task that runs a job in the project's image; it becomes one {@code KubernetesPodOperator}.
 * Immutable: every method returns a changed copy. What is not set here is taken from the workflow.
 */
public final class JobTask implements Task {
  private final String id;
  private final Job job;
  private final List<String> upstream;
  private final @Nullable RetryPolicy retry;
  private final @Nullable Duration timeout;
  private final @Nullable Resources resources;
  private final List<Secret> secrets;
  private final @Nullable List<String> impersonated;
  private final @Nullable String documentation;

  private JobTask(
      String id,
      Job job,
      List<String> upstream,
      @Nullable RetryPolicy retry,
      @Nullable Duration timeout,
      @Nullable Resources resources,
      List<Secret> secrets,
      @Nullable List<String> impersonated,
      @Nullable String documentation) {
    this.id = id;
    this.job = job;
    this.upstream = List.copyOf(upstream);
    this.retry = retry;
    this.timeout = timeout;
    this.resources = resources;
    this.secrets = List.copyOf(secrets);
    this.impersonated = impersonated;
    this.documentation = documentation;
  }

  static JobTask of(String id, Job job) {
    Objects.requireNonNull(id, "The id of a task is null");
    Objects.requireNonNull(job, "The job of a task is null");
    return new JobTask(id, job, List.of(), null, null, null, List.of(), null, null);
  }

  @Override
  public JobTask after(String... taskIds) {
    LinkedHashSet<String> all = new LinkedHashSet<>(upstream);
    for (String taskId : taskIds) {
      all.add(Objects.requireNonNull(taskId, "The id of an upstream task is null"));
    }
    return new JobTask(
        id, job, List.copyOf(all), retry, timeout, resources, secrets, impersonated, documentation);
  }

  /** This task, to start only after the given tasks have succeeded. */
  public JobTask after(Task... tasks) {
    return after(Arrays.stream(tasks).map(Task::id).toArray(String[]::new));
  }

  /** How often a failed try is repeated, and after which pause. */
  public JobTask retry(RetryPolicy policy) {
    Objects.requireNonNull(policy, "The retry policy of a task is null");
    return new JobTask(
        id, job, upstream, policy, timeout, resources, secrets, impersonated, documentation);
  }

  /** How long one try may take before it is stopped and counts as failed. */
  public JobTask timeout(Duration limit) {
    Objects.requireNonNull(limit, "The timeout of a task is null");
    return new JobTask(
        id, job, upstream, retry, limit, resources, secrets, impersonated, documentation);
  }

  /** The processors and the memory of the job's pod. */
  public JobTask resources(Resources wanted) {
    Objects.requireNonNull(wanted, "The resources of a task are null");
    return new JobTask(
        id, job, upstream, retry, timeout, wanted, secrets, impersonated, documentation);
  }

  /** Secrets that this job gets besides those of the workflow. */
  public JobTask secrets(Secret... wanted) {
    List<Secret> all = new ArrayList<>(secrets);
    for (Secret secret : wanted) {
      all.add(Objects.requireNonNull(secret, "A secret of a task is null"));
    }
    return new JobTask(
        id, job, upstream, retry, timeout, resources, all, impersonated, documentation);
  }

  /**
   * The service account as which this job acts on Google Cloud, whatever its workflow and the
   * environment say.
   *
   * @param accounts the delegates, if any, then the account to act as; none at all: the job acts as
   *     the account that its pod has
   * @throws ConfigurationException if one is not the e-mail address of a service account
   */
  public JobTask impersonateServiceAccount(String... accounts) {
    for (String account : accounts) {
      Objects.requireNonNull(account, "A service account of a task is null");
    }
    List<String> stated = Impersonation.stated(accounts);
    return new JobTask(
        id, job, upstream, retry, timeout, resources, secrets, stated, documentation);
  }

  /** A text in Markdown that Airflow shows with the task. */
  public JobTask documentation(String markdown) {
    Objects.requireNonNull(markdown, "The documentation of a task is null");
    return new JobTask(
        id, job, upstream, retry, timeout, resources, secrets, impersonated, markdown);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<String> upstream() {
    return upstream;
  }

  /** The code to run. */
  public Job job() {
    return job;
  }

  @Override
  public Optional<RetryPolicy> retry() {
    return Optional.ofNullable(retry);
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /** The pod's resources, if they differ from the workflow's. */
  public Optional<Resources> resources() {
    return Optional.ofNullable(resources);
  }

  /** The secrets of this task alone. */
  public List<Secret> secrets() {
    return secrets;
  }

  @Override
  public Optional<List<String>> impersonatedServiceAccounts() {
    return Optional.ofNullable(impersonated);
  }

  @Override
  public Optional<String> documentation() {
    return Optional.ofNullable(documentation);
  }

  @Override
  public String toString() {
    return "JobTask[" + id + "]";
  }
}
