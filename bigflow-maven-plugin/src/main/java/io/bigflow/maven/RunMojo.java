// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.control.ConfJson;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.process.JavaProcess;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.TaskOutcome;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.maven.plugins.annotations.Execute;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.jspecify.annotations.Nullable;

/**
 * Runs one job, or the jobs of one workflow in their order, on this machine: each in a JVM of its
 * own, started as the container starts it.
 *
 * <p>{@code mvn bigflow:run -Dbigflow.workflow=wordcount}, or {@code mvn bigflow:run
 * -Dbigflow.job=internationalports.create_ports_table -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "run", requiresDependencyResolution = ResolutionScope.RUNTIME, threadSafe = true)
@Execute(phase = LifecyclePhase.PROCESS_CLASSES)
public final class RunMojo extends AbstractDescribingMojo {

  /** Exit codes above are signals: somebody wants an end of all. */
  private static final int STOPPED = 128;

  /**
   * The workflow to run.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.workflow")
  private @Nullable String workflow;

  /**
   * The one job to run, as {@code <workflow>.<job>}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.job")
  private @Nullable String job;

  /**
   * The start of the data interval that the run is for, in UTC: {@code 2026-01-31} or {@code
   * 2026-01-31T13:00:00Z}. Default: now.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.runtime")
  private @Nullable String runtime;

  /**
   * The configuration of this run as a JSON object, as given when a run is triggered.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.conf")
  private @Nullable String conf;

  /**
   * Options of the JVM that runs the job, separated by spaces.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.jvmArguments")
  private @Nullable String jvmArguments;

  /**
   * Whether Dataflow starts the jobs that have a template from it, instead of their pipelines being
   * started here, and the goal waits for their end. The templates are those of the last {@code mvn
   * package} for the environment, and a deployment has brought them to {@code
   * beam.stagingLocation}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.fromTemplate", defaultValue = "false")
  private boolean fromTemplate;

  @Override
  void run() throws IOException, InterruptedException {
    if (session().getProjects().size() > 1 && !BigflowLifecycleParticipant.isDeclared(project())) {
      progress().detail("bigflow:run passes over a module without workflows");
      return;
    }
    ProjectSpec spec = described();
    List<String> jobs = chosen(spec);
    requireConf(spec, jobs);
    TemplateStarts templates =
        flag("bigflow.fromTemplate", fromTemplate)
            ? TemplateStarts.of(spec, jobs, output())
            : TemplateStarts.NONE;
    passedOver(spec)
        .forEach(
            task ->
                progress()
                    .say("Passed over, for it is an operator of Airflow and no job: " + task));
    String when =
        value("bigflow.runtime", runtime)
            .orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    Optional<WorkflowSpec> whole = wholeWorkflow(spec);
    Map<String, TaskOutcome> outcomes = new LinkedHashMap<>();
    Map<String, Integer> failures = new LinkedHashMap<>();
    List<String> notRun = new ArrayList<>();
    int number = 0;
    for (String id : jobs) {
      number++;
      String count = jobs.size() > 1 ? "[" + number + "/" + jobs.size() + "] " : "";
      Optional<TaskOutcome> outcome =
          whole.flatMap(found -> withoutRunning(found, taskOf(id), outcomes));
      if (outcome.isPresent()) {
        outcomes.put(taskOf(id), outcome.get());
        notRun.add(id);
        continue;
      }
      if (!count.isEmpty()) {
        progress().say(count + id);
      }
      templates
          .file(id)
          .ifPresent(
              file -> progress().say("Dataflow starts " + id + " from its template " + file));
      int exit = runJob(id, when, templates.arguments(id));
      outcomes.put(taskOf(id), exit == 0 ? TaskOutcome.SUCCESS : TaskOutcome.FAILED);
      if (exit != 0) {
        failures.put(id, exit);
      }
      if (exit > STOPPED) {
        notRun.addAll(jobs.subList(number, jobs.size()));
        break;
      }
    }
    if (!failures.isEmpty()) {
      throw failed(failures, notRun);
    }
  }

  private static String taskOf(String job) {
    return job.substring(job.indexOf('.') + 1);
  }

  /** The rule of a task for those before it; what is no job here counts as done. */
  private static Optional<TaskOutcome> withoutRunning(
      WorkflowSpec workflow, String id, Map<String, TaskOutcome> outcomes) {
    for (TaskSpec task : inOrder(workflow)) {
      List<TaskOutcome> before =
          task.upstream().stream()
              .map(upstream -> outcomes.getOrDefault(upstream, TaskOutcome.SUCCESS))
              .toList();
      Optional<TaskOutcome> outcome =
          TaskOutcome.withoutRunning(task.settings().triggerRule(), before);
      if (task.id().equals(id)) {
        return outcome;
      }
      outcome.ifPresent(ended -> outcomes.putIfAbsent(task.id(), ended));
    }
    throw new IllegalStateException(id);
  }

  /** All of it at once, before the first job has done something that a later one would need. */
  private void requireConf(ProjectSpec spec, List<String> jobs) {
    String id = jobs.get(0).substring(0, jobs.get(0).indexOf('.'));
    Map<String, Object> given =
        ConfJson.parse(value("bigflow.conf", conf).orElse("{}"), "bigflow.conf");
    spec.workflows().stream()
        .filter(found -> found.id().equals(id))
        .forEach(found -> ConfJson.require(id, found.parameters(), given, "bigflow.conf"));
  }

  // The forked lifecycle has just described the project if it runs the goal by itself.
  private ProjectSpec described() throws IOException, InterruptedException {
    if (ReactorDeployment.hasGoal(project(), "describe")
        && Files.isRegularFile(output().workflows())) {
      ProjectSpec spec = output().read(output().workflows(), ProjectSpec.class, "describe");
      if (spec.env().equals(env())) {
        return spec;
      }
    }
    return describe();
  }

  private int runJob(String id, String when, List<String> besides) throws InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--job", id, "--runtime", when, "--env", env()));
    value("bigflow.conf", conf).ifPresent(json -> arguments.addAll(List.of("--conf", json)));
    arguments.addAll(besides);
    return new JavaProcess(
            javaHome(),
            ProjectClassPath.of(project()).elements(),
            "io.bigflow.launch.Launcher",
            value("bigflow.jvmArguments", jvmArguments)
                .map(text -> Arrays.asList(text.split("\\s+", -1)))
                .orElse(List.of()),
            arguments,
            baseDirectory())
        .runInForeground();
  }

  private static BigflowException failed(Map<String, Integer> failures, List<String> notRun) {
    List<Problem> problems = new ArrayList<>();
    failures.forEach(
        (id, exit) ->
            problems.add(
                Problem.of(
                    "Job " + id + " ended with exit code " + exit + meaning(exit),
                    problems.isEmpty() ? notRun(notRun) : "",
                    "Its own output above says why. Run it alone with -Dbigflow.job=" + id)));
    return problems.size() == 1
        ? BigflowException.of(problems.get(0))
        : BigflowException.of(problems.size() + " jobs failed", problems);
  }

  private static String notRun(List<String> remaining) {
    return remaining.isEmpty() ? "" : "not run because of it: " + String.join(", ", remaining);
  }

  private static String meaning(int exit) {
    return switch (exit) {
      case 1 -> " (the job failed)";
      case 2 -> " (wrong usage or configuration)";
      default -> exit > 128 ? " (stopped by signal " + (exit - 128) + ")" : "";
    };
  }

  private List<String> chosen(ProjectSpec spec) {
    Optional<String> workflowId = value("bigflow.workflow", workflow);
    Optional<String> jobId = value("bigflow.job", job);
    if (workflowId.isPresent() == jobId.isPresent()) {
      throw BigflowException.of(
          Problem.of(
              workflowId.isPresent()
                  ? "Both a workflow and a job are named"
                  : "Neither a workflow nor a job is named",
              "bigflow.workflow, bigflow.job",
              "Name one: -Dbigflow.workflow=ID or -Dbigflow.job=WORKFLOW.JOB. There are: "
                  + known(spec)));
    }
    if (jobId.isPresent()) {
      String id = jobId.get();
      boolean exists =
          spec.workflows().stream()
              .anyMatch(w -> w.jobs().stream().anyMatch(j -> id.equals(w.id() + "." + j.id())));
      if (!exists) {
        throw unknown("job", id, "bigflow.job", spec);
      }
      return List.of(id);
    }
    String id = workflowId.orElseThrow();
    WorkflowSpec found =
        spec.workflows().stream()
            .filter(w -> w.id().equals(id))
            .findFirst()
            .orElseThrow(() -> unknown("workflow", id, "bigflow.workflow", spec));
    List<String> runnable = found.jobs().stream().map(TaskSpec::id).toList();
    if (runnable.isEmpty()) {
      throw BigflowException.of(
          Problem.of(
              "Workflow '" + id + "' has no job, but operators of Airflow only",
              "bigflow.workflow",
              "Deploy it to an Airflow to run it"));
    }
    return inOrder(found).stream()
        .map(TaskSpec::id)
        .filter(runnable::contains)
        .map(task -> id + "." + task)
        .toList();
  }

  private Optional<WorkflowSpec> wholeWorkflow(ProjectSpec spec) {
    Optional<String> chosen = value("bigflow.workflow", workflow);
    return spec.workflows().stream()
        .filter(found -> chosen.equals(Optional.of(found.id())))
        .findFirst();
  }

  /** The tasks of the chosen workflow that only Airflow can run. */
  private List<String> passedOver(ProjectSpec spec) {
    return wholeWorkflow(spec).stream()
        .flatMap(
            found ->
                found.tasks().stream()
                    .filter(task -> !task.isJob())
                    .map(task -> found.id() + "." + task.id()))
        .toList();
  }

  private BigflowException unknown(String kind, String id, String parameter, ProjectSpec spec) {
    return BigflowException.of(
        Problem.of(
            "There is no " + kind + " '" + id + "'",
            parameter,
            "There are: " + known(spec) + several()));
  }

  private String several() {
    return session().getProjects().size() > 1
        ? ". Of several modules choose the one that has it: -pl :MODULE"
        : "";
  }

  private static String known(ProjectSpec spec) {
    return spec.workflows().stream()
        .map(
            w ->
                w.id()
                    + w.jobs().stream()
                        .map(j -> w.id() + "." + j.id())
                        .collect(Collectors.joining(", ", " (", ")")))
        .collect(Collectors.joining("; "));
  }

  // The checked workflow has no cycle, so every round finds a task whose predecessors are done.
  private static List<TaskSpec> inOrder(WorkflowSpec workflow) {
    List<TaskSpec> order = new ArrayList<>();
    Set<String> done = new HashSet<>();
    List<TaskSpec> waiting = new ArrayList<>(workflow.tasks());
    while (!waiting.isEmpty()) {
      TaskSpec next =
          waiting.stream()
              .filter(task -> done.containsAll(task.upstream()))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("cycle in " + workflow.id()));
      waiting.remove(next);
      done.add(next.id());
      order.add(next);
    }
    return order;
  }

  static Path javaHome() {
    return Path.of(System.getProperty("java.home"));
  }
}
