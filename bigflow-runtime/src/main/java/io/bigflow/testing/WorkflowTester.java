// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.run.RuntimeFormat;
import io.bigflow.spec.TaskOutcome;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a workflow, or some of its jobs, in this thread: in the order of the graph, once each,
 * without a retry, a container or Airflow. Any job can be replaced by a double.
 *
 * <p>Configuration comes from the files on the class path and from {@link #config}; variables of
 * the operating system are left out, so that a test is the same everywhere.
 *
 * <pre>{@code
 * WorkflowRun run =
 *     WorkflowTester.of(new HelloWorkflow())
 *         .env("dev")
 *         .runtime("2026-01-01")
 *         .config("greeting.name", "Ada")
 *         .replace("say_goodbye", job -> {})
 *         .run();
 * assertThat(run.order()).containsExactly("say_hello", "say_goodbye");
 * }</pre>
 */
public final class WorkflowTester {

  /** The environment if a test chooses none. */
  public static final String DEFAULT_ENV = "local";

  /** The runtime if a test chooses none: always the same. */
  public static final ZonedDateTime DEFAULT_RUNTIME =
      ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  private final WorkflowDefinition definition;
  private final Map<String, String> overrides = new LinkedHashMap<>();
  private final Map<String, Job> doubles = new LinkedHashMap<>();
  private Map<String, Object> conf = Map.of();
  private String env = DEFAULT_ENV;
  private ZonedDateTime runtime = DEFAULT_RUNTIME;
  private String runId = "test";

  private WorkflowTester(WorkflowDefinition definition) {
    this.definition = definition;
  }

  /** Tests the workflow of a definition. */
  public static WorkflowTester of(WorkflowDefinition definition) {
    return new WorkflowTester(definition);
  }

  /** The environment. Default: {@value #DEFAULT_ENV}. */
  public WorkflowTester env(String name) {
    this.env = EnvironmentConfig.requireName(name);
    return this;
  }

  /** The runtime. Default: {@link #DEFAULT_RUNTIME}. */
  public WorkflowTester runtime(ZonedDateTime start) {
    this.runtime = start;
    return this;
  }

  /**
   * The runtime as the launcher reads it, for example {@code 2026-01-01} or {@code
   * 2026-01-01T06:00+01:00}.
   */
  public WorkflowTester runtime(String start) {
    return runtime(RuntimeFormat.parse(start));
  }

  /** The id of the run. Default: {@code test}. */
  public WorkflowTester runId(String id) {
    this.runId = id;
    return this;
  }

  /** What the run was triggered with. Default: nothing. */
  public WorkflowTester conf(Map<String, Object> values) {
    this.conf = new LinkedHashMap<>(values);
    return this;
  }

  /** A value of job configuration that beats the files. */
  public WorkflowTester config(String key, String value) {
    overrides.put(key, value);
    return this;
  }

  /** Runs a double in place of a job, or of an operator of Airflow, which is passed over else. */
  public WorkflowTester replace(String jobId, Job substitute) {
    doubles.put(jobId, substitute);
    return this;
  }

  /** The workflow as it is declared for the chosen environment and configuration. */
  public Workflow workflow() {
    return definition.define(new DeclaredFor(env, jobConfig()));
  }

  /**
   * Runs all jobs, but no operators, in the order of the graph; of jobs that could run at the same
   * time, the one that is declared first. Operators that are passed over count as successful.
   *
   * @throws JobFailedException if a job throws; the jobs after it do not run, but those whose
   *     trigger rule asks for it do. Errors, such as those of assertions in a double, and {@link
   *     ConfigurationException} pass through at once
   */
  public WorkflowRun run() {
    Workflow workflow = workflow();
    return run(workflow, GraphOrder.of(workflow), true);
  }

  /**
   * Runs some jobs in the given order, whatever the graph says.
   *
   * @throws JobFailedException as {@link #run()} does
   */
  public WorkflowRun runJobs(String... jobIds) {
    Workflow workflow = workflow();
    List<Task> tasks = new ArrayList<>();
    for (String id : jobIds) {
      Task task = find(workflow, id);
      if (!(task instanceof JobTask) && !doubles.containsKey(id)) {
        throw new IllegalArgumentException(
            "Task '"
                + id
                + "' is an operator of Airflow, without Java code to run. Replace it: replace(\""
                + id
                + "\", job -> {}).");
      }
      tasks.add(task);
    }
    return run(workflow, tasks, false);
  }

  private WorkflowRun run(Workflow workflow, List<Task> tasks, boolean byRules) {
    doubles.keySet().forEach(id -> find(workflow, id));
    JobConfig config = jobConfig();
    List<String> done = new ArrayList<>();
    Map<String, TaskOutcome> outcomes = new LinkedHashMap<>();
    @Nullable JobFailedException failure = null;
    for (Task task : tasks) {
      if (byRules) {
        Optional<TaskOutcome> outcome = withoutRunning(task, outcomes);
        if (outcome.isPresent()) {
          outcomes.put(task.id(), outcome.get());
          continue;
        }
      }
      Job job = doubles.get(task.id());
      if (job == null && task instanceof JobTask jobTask) {
        job = jobTask.job();
      }
      outcomes.put(task.id(), TaskOutcome.SUCCESS);
      if (job == null) {
        continue;
      }
      try {
        execute(task, job, workflow, config, done);
        done.add(task.id());
      } catch (JobFailedException e) {
        outcomes.put(task.id(), TaskOutcome.FAILED);
        if (failure != null) {
          failure.addSuppressed(e);
        }
        failure = failure == null ? e : failure;
        if (!byRules || Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return new WorkflowRun(done);
  }

  private static Optional<TaskOutcome> withoutRunning(
      Task task, Map<String, TaskOutcome> outcomes) {
    return TaskOutcome.withoutRunning(
        task.triggerRule().airflowName(),
        task.upstream().stream().map(id -> Objects.requireNonNull(outcomes.get(id))).toList());
  }

  private void execute(Task task, Job job, Workflow workflow, JobConfig config, List<String> done) {
    RunContext context =
        new RunContext(
            workflow.id(),
            task.id(),
            runtime,
            env,
            runId,
            conf,
            config,
            Impersonation.of(task, workflow, config).orElse(null),
            new Cancellation());
    try {
      job.execute(context);
    } catch (ConfigurationException e) {
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new JobFailedException(workflow.id(), task.id(), done, e);
    }
  }

  private static Task find(Workflow workflow, String id) {
    return workflow.tasks().stream()
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Workflow '"
                        + workflow.id()
                        + "' has no job '"
                        + id
                        + "'. Its jobs: "
                        + String.join(", ", workflow.tasks().stream().map(Task::id).toList())
                        + "."));
  }

  private JobConfig jobConfig() {
    @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
    return EnvironmentConfig.builder(env)
        .classLoader(context == null ? definition.getClass().getClassLoader() : context)
        .overrides(overrides)
        .build();
  }
}
