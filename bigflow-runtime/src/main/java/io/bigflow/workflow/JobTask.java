// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task that runs a job in the project's image; it becomes one {@code KubernetesPodOperator}.
 * Immutable: every method returns a changed copy. What is not set here is taken from the workflow.
 */
public final class JobTask extends SettableTask<JobTask> implements Task {
  private final Job job;
  private final @Nullable Resources resources;
  private final List<Secret> secrets;

  private JobTask(
      String id,
      Job job,
      TaskSettings settings,
      @Nullable Resources resources,
      List<Secret> secrets) {
    super(id, settings);
    this.job = Objects.requireNonNull(job, "The job of a task is null");
    this.resources = resources;
    this.secrets = List.copyOf(secrets);
  }

  static JobTask of(String id, Job job) {
    return new JobTask(id, job, TaskSettings.NONE, null, List.of());
  }

  @Override
  JobTask with(TaskSettings changed) {
    return new JobTask(id(), job, changed, resources, secrets);
  }

  /** The processors and the memory of the job's pod. */
  public JobTask resources(Resources wanted) {
    Objects.requireNonNull(wanted, "The resources of a task are null");
    return new JobTask(id(), job, settings(), wanted, secrets);
  }

  /** Secrets that this job gets besides those of the workflow. */
  public JobTask secrets(Secret... wanted) {
    List<Secret> all = new ArrayList<>(secrets);
    for (Secret secret : wanted) {
      all.add(Objects.requireNonNull(secret, "A secret of a task is null"));
    }
    return new JobTask(id(), job, settings(), resources, all);
  }

  /** The code to run. */
  public Job job() {
    return job;
  }

  /** The pod's resources, if they differ from the workflow's. */
  public Optional<Resources> resources() {
    return Optional.ofNullable(resources);
  }

  /** The secrets of this task alone. */
  public List<Secret> secrets() {
    return secrets;
  }
}
