// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.TaskSpec.ResourcesSpec;
import io.bigflow.spec.TaskSpec.SecretSpec;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.spec.WorkflowSpec.Retry;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a declared workflow into its neutral description, with the defaults filled in. */
public final class WorkflowCompiler {

  /**
   * The description of a workflow. Nothing is checked here.
   *
   * @param definition the binary name of the class that declares it
   * @param config the environment's configuration
   */
  public WorkflowSpec compile(String definition, Workflow workflow, JobConfig config) {
    return new WorkflowSpec(
        workflow.id(),
        definition,
        workflow.description().orElse(null),
        workflow.documentation().orElse(null),
        workflow.owner().orElse(null),
        schedule(workflow.schedule()),
        start(workflow.start().orElse(Workflow.DEFAULT_START)),
        workflow.start().isPresent(),
        workflow.catchup(),
        workflow.dependsOnPast(),
        workflow.maxActiveRuns(),
        List.copyOf(workflow.tags()),
        workflow.tasks().stream().map(task -> task(workflow, task, config)).toList());
  }

  private static ScheduleSpec schedule(Schedule schedule) {
    if (schedule instanceof Schedule.Cron cron) {
      return new ScheduleSpec.Cron(cron.expression(), zone(cron.zone()));
    }
    if (schedule instanceof Schedule.Every every) {
      return new ScheduleSpec.Every(every.period());
    }
    return schedule instanceof Schedule.Once ? new ScheduleSpec.Once() : new ScheduleSpec.Manual();
  }

  /** All names of UTC ("Z", "GMT", "Etc/UTC" …) are one: the name that Airflow knows for it. */
  private static String zone(ZoneId zone) {
    return isUtc(zone) ? "UTC" : zone.getId();
  }

  private static ZonedDateTime start(ZonedDateTime start) {
    return isUtc(start.getZone()) ? start.withZoneSameInstant(ZoneOffset.UTC) : start;
  }

  private static boolean isUtc(ZoneId zone) {
    return zone.normalized().equals(ZoneOffset.UTC);
  }

  private static TaskSpec task(Workflow workflow, Task task, JobConfig config) {
    if (!(task instanceof JobTask job)) {
      throw new IllegalStateException("No description for " + task.getClass().getName());
    }
    RetryPolicy retry = job.retry().orElse(workflow.retry());
    return new TaskSpec.Job(
        job.id(),
        job.upstream(),
        job.documentation().orElse(null),
        new Retry(retry.retries(), retry.pause()),
        job.timeout().orElse(workflow.timeout()),
        job.resources().or(workflow::resources).map(WorkflowCompiler::resources).orElse(null),
        Stream.concat(workflow.secrets().stream(), job.secrets().stream())
            .map(WorkflowCompiler::secret)
            .toList(),
        impersonation(workflow, job, config));
  }

  private static @Nullable List<String> impersonation(
      Workflow workflow, JobTask job, JobConfig config) {
    Optional<Impersonation> inForce = Impersonation.of(job, workflow, config);
    if (inForce.isPresent()) {
      return inForce.get().accounts();
    }
    return Impersonation.stated(job, workflow).isPresent() ? List.of() : null;
  }

  private static ResourcesSpec resources(Resources resources) {
    return new ResourcesSpec(resources.cpu(), resources.memory());
  }

  private static SecretSpec secret(Secret secret) {
    return new SecretSpec(secret.name(), secret.key().orElse(null), secret.variable().orElse(null));
  }
}
