// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.git.SourceRevision;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ParameterSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Specs as {@code describe} writes them, with single parts changed. */
public final class Specs {
  static final WorkflowSpec.Retry RETRY = new WorkflowSpec.Retry(3, Duration.ofSeconds(60));
  static final Duration TIMEOUT = Duration.ofHours(3);
  static final ZonedDateTime START = ZonedDateTime.parse("2024-01-01T00:00:00Z");
  static final ScheduleSpec DAILY = new ScheduleSpec.Cron("0 0 * * *", "UTC");

  static final DagContext CONTEXT =
      new DagContext(
          "com.example",
          "demo",
          "1.0.0-SNAPSHOT",
          "dev",
          DagIdPattern.DEFAULT,
          "europe-west1-docker.pkg.dev/my-project/my-repository/demo@sha256:"
              + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          new SourceRevision("4b825dc642cb6eb9a060e54bf8d69288fbee4904", true),
          "0.1.0");

  private Specs() {}

  /** A daily workflow. */
  public static WorkflowSpec workflow(String id, TaskSpec... tasks) {
    return workflow(id, DAILY, tasks);
  }

  static WorkflowSpec workflow(String id, ScheduleSpec schedule, TaskSpec... tasks) {
    return new WorkflowSpec(
        id,
        "com.example." + id,
        null,
        null,
        null,
        schedule,
        START,
        false,
        false,
        false,
        1,
        List.of(),
        List.of(tasks));
  }

  /** The same workflow with parameters. */
  static WorkflowSpec with(WorkflowSpec workflow, ParameterSpec... parameters) {
    return new WorkflowSpec(
        workflow.id(),
        workflow.definition(),
        workflow.description(),
        workflow.documentation(),
        workflow.owner(),
        workflow.schedule(),
        workflow.start(),
        workflow.startStated(),
        workflow.catchup(),
        workflow.dependsOnPast(),
        workflow.maxActiveRuns(),
        workflow.tags(),
        workflow.tasks(),
        List.of(parameters),
        workflow.runTimeout());
  }

  /** The same workflow with a limit of its runs. */
  static WorkflowSpec within(Duration runTimeout, WorkflowSpec workflow) {
    return new WorkflowSpec(
        workflow.id(),
        workflow.definition(),
        workflow.description(),
        workflow.documentation(),
        workflow.owner(),
        workflow.schedule(),
        workflow.start(),
        workflow.startStated(),
        workflow.catchup(),
        workflow.dependsOnPast(),
        workflow.maxActiveRuns(),
        workflow.tags(),
        workflow.tasks(),
        workflow.parameters(),
        runTimeout);
  }

  /** An operator that stands for a job. */
  public static TaskSpec operator(
      String id,
      String className,
      Map<String, ArgumentSpec> arguments,
      @Nullable List<String> accounts,
      String... upstream) {
    return new TaskSpec.Operator(
        id,
        TaskSpec.Settings.of(List.of(upstream), null, RETRY, TIMEOUT, accounts),
        true,
        className,
        arguments);
  }

  /** Scheduled in another way than Airflow does by itself. */
  static TaskSpec scheduled(
      TaskSpec task, String rule, @Nullable String group, @Nullable String pool, int slots) {
    TaskSpec.Settings of = task.settings();
    TaskSpec.Settings settings =
        new TaskSpec.Settings(
            of.upstream(),
            rule,
            of.documentation(),
            of.retry(),
            of.timeout(),
            of.impersonation(),
            group,
            pool,
            slots,
            slots * 10);
    return task instanceof TaskSpec.Operator operator
        ? new TaskSpec.Operator(
            task.id(), settings, operator.isJob(), operator.className(), operator.arguments())
        : new TaskSpec.Job(
            task.id(),
            settings,
            ((TaskSpec.Job) task).resources(),
            ((TaskSpec.Job) task).secrets());
  }

  /** A job in a pod. */
  public static TaskSpec job(String id, String... upstream) {
    return job(id, RETRY, null, List.of(), upstream);
  }

  static TaskSpec job(
      String id,
      WorkflowSpec.Retry retry,
      TaskSpec.@Nullable ResourcesSpec resources,
      List<TaskSpec.SecretSpec> secrets,
      String... upstream) {
    return new TaskSpec.Job(
        id,
        TaskSpec.Settings.of(List.of(upstream), null, retry, TIMEOUT, null),
        resources,
        secrets);
  }
}
