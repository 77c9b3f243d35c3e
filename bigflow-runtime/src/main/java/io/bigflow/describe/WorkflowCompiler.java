// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import io.bigflow.definition.DeclaredParameters;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.TaskSpec.ResourcesSpec;
import io.bigflow.spec.TaskSpec.SecretSpec;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.spec.WorkflowSpec.Retry;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.OperatorJob;
import io.bigflow.workflow.OperatorTask;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.StreamingContext;
import io.bigflow.workflow.StreamingJob;
import io.bigflow.workflow.StreamingService;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a declared workflow into its neutral description, with the defaults filled in. */
public final class WorkflowCompiler {

  /**
   * The description of a workflow. Ids, names and values are not checked here.
   *
   * @param definition the binary name of the class that declares it
   * @param env the environment that it is declared for
   * @param config the environment's configuration
   * @throws ConfigurationException if a task that an operator runs states what only pods have
   */
  public WorkflowSpec compile(String definition, Workflow workflow, String env, JobConfig config) {
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
        workflow.tasks().stream().map(task -> task(workflow, task, env, config)).toList(),
        DeclaredParameters.of(workflow),
        workflow.runTimeout().orElse(null));
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

  private static TaskSpec task(Workflow workflow, Task task, String env, JobConfig config) {
    if (task instanceof OperatorTask operator) {
      return operator(workflow, task, operator.operator(), false, config);
    }
    JobTask job = (JobTask) task;
    Duration timeout = timeout(workflow, job);
    @Nullable List<String> accounts = impersonation(workflow, job, config);
    boolean impersonates = accounts != null && !accounts.isEmpty();
    Optional<Operator> operator =
        job.job() instanceof OperatorJob able
            ? able.operator(
                new OperatorContext(workflow.id(), job.id(), env, timeout, impersonates, config))
            : Optional.empty();
    if (operator.isPresent()) {
      requireNoPod(job);
      return operator(workflow, job, operator.get(), true, config);
    }
    return new TaskSpec.Job(
        job.id(),
        settings(workflow, job, config),
        job.resources().or(workflow::resources).map(WorkflowCompiler::resources).orElse(null),
        Stream.concat(workflow.secrets().stream(), job.secrets().stream())
            .map(WorkflowCompiler::secret)
            .toList(),
        streaming(new StreamingContext(workflow.id(), job.id(), env, config), job));
  }

  private static TaskSpec.@Nullable Streaming streaming(StreamingContext context, JobTask task) {
    return task.job() instanceof StreamingJob job
        ? job.service(context).map(WorkflowCompiler::streaming).orElse(null)
        : null;
  }

  private static TaskSpec.Streaming streaming(StreamingService service) {
    return new TaskSpec.Streaming(
        service.name(), service.project().orElse(null), service.region().orElse(null));
  }

  private static TaskSpec operator(
      Workflow workflow, Task task, Operator operator, boolean isJob, JobConfig config) {
    return new TaskSpec.Operator(
        task.id(),
        settings(workflow, task, config),
        isJob,
        operator.className(),
        ArgumentCompiler.compile(operator.arguments()));
  }

  private static TaskSpec.Settings settings(Workflow workflow, Task task, JobConfig config) {
    return new TaskSpec.Settings(
        task.upstream(),
        task.triggerRule().airflowName(),
        task.documentation().orElse(null),
        retry(workflow, task),
        timeout(workflow, task),
        impersonation(workflow, task, config),
        task.group().orElse(null),
        task.pool().orElse(null),
        task.poolSlots(),
        task.priority().orElse(null));
  }

  private static Duration timeout(Workflow workflow, Task task) {
    return task.timeout().orElse(workflow.timeout());
  }

  private static Retry retry(Workflow workflow, Task task) {
    RetryPolicy policy = task.retry().orElse(workflow.retry());
    return new Retry(policy.retries(), policy.pause());
  }

  private static void requireNoPod(JobTask job) {
    List<String> ofPods = new ArrayList<>();
    job.resources().ifPresent(resources -> ofPods.add("resources(…)"));
    if (!job.secrets().isEmpty()) {
      ofPods.add("secrets(…)");
    }
    if (!ofPods.isEmpty()) {
      throw new ConfigurationException(
          "Task '"
              + job.id()
              + "' states "
              + String.join(" and ", ofPods)
              + ", but an operator of Airflow runs it, which has no pod. Remove that, or let a pod"
              + " run it: execution(Execution.POD).");
    }
  }

  private static @Nullable List<String> impersonation(
      Workflow workflow, Task task, JobConfig config) {
    Optional<Impersonation> inForce = Impersonation.of(task, workflow, config);
    if (inForce.isPresent()) {
      return inForce.get().accounts();
    }
    return Impersonation.stated(task, workflow).isPresent() ? List.of() : null;
  }

  private static ResourcesSpec resources(Resources resources) {
    return new ResourcesSpec(resources.cpu(), resources.memory());
  }

  private static SecretSpec secret(Secret secret) {
    return new SecretSpec(secret.name(), secret.key().orElse(null), secret.variable().orElse(null));
  }
}
