// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.git.SourceRevision;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From a workflow to the text of its Airflow DAG file, valid unchanged on Airflow 2.10 and all
 * later versions. The text depends on the arguments alone.
 */
public final class DagFileGenerator {

  /** The tag of every DAG that BigFlow made. */
  public static final String TAG = "bigflow";

  /** Starts the tag that names the environment. */
  public static final String ENV_TAG_PREFIX = "env:";

  /**
   * Starts the tag that changes whenever anything in the file does. The rest are the first 12
   * hexadecimal digits of the SHA-256 of the file without this tag. Where Airflow shows the tag, it
   * has parsed exactly this file.
   */
  public static final String BUILD_TAG_PREFIX = "bigflow-build:";

  private static final int BUILD_TAG_DIGITS = 12;

  private static final String POD_OPERATOR =
      "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator";
  private static final String POD_SECRET = "airflow.providers.cncf.kubernetes.secret.Secret";

  /** The operators behind this take {@code impersonation_chain}. */
  private static final String GOOGLE_PROVIDER = "airflow.providers.google.";

  /** The argument of most of its operators for the accounts that they act as. */
  public static final String IMPERSONATION_CHAIN = "impersonation_chain";

  private static final PythonLiteral RUNTIME =
      PythonLiteral.ofParts("{{ " + JinjaText.INTERVAL_START, " | ts }}");
  private static final PythonLiteral RUN_ID = PythonLiteral.of("{{ run_id }}");
  private static final PythonLiteral CONF = PythonLiteral.of("{{ (dag_run.conf or {}) | tojson }}");

  private final DagTemplate template = DagTemplate.load();

  /**
   * Generates the file of a workflow.
   *
   * @param workflow free of the problems that the validation of specs finds
   * @throws IllegalArgumentException if an id is illegal, or the workflow has no task
   */
  public DagFile generate(WorkflowSpec workflow, DagContext context) {
    return generate(workflow, context, Uploads.NONE);
  }

  /**
   * Generates the file of a workflow whose operators name files.
   *
   * @param workflow free of the problems that the validation of specs finds
   * @param uploads all files that its operators name
   * @throws IllegalArgumentException if an id is illegal, the workflow has no task, or a file is
   *     missing
   */
  public DagFile generate(WorkflowSpec workflow, DagContext context, Uploads uploads) {
    requireId(workflow.id());
    workflow.tasks().forEach(task -> requireId(task.id()));
    if (workflow.tasks().isEmpty()) {
      throw new IllegalArgumentException("Workflow '" + workflow.id() + "' has no task");
    }
    Set<String> tags = tags(workflow, context);
    String untagged = template.render(model(workflow, context, uploads, tags));
    String hash = DagFile.sha256(untagged.getBytes(StandardCharsets.UTF_8));
    String buildTag = BUILD_TAG_PREFIX + hash.substring(0, BUILD_TAG_DIGITS);
    tags.add(buildTag);
    return new DagFile(
        BuiltDags.folder(context.groupId(), context.artifactId(), context.env())
            + workflow.id()
            + ".py",
        context.dagIds().dagId(workflow.id(), context.env()),
        workflow.id(),
        buildTag,
        template.render(model(workflow, context, uploads, tags)),
        uploads.of(workflow),
        streaming(workflow, context));
  }

  private static List<BuiltDags.Streaming> streaming(WorkflowSpec workflow, DagContext context) {
    List<BuiltDags.Streaming> all = new ArrayList<>();
    for (TaskSpec.Job job : workflow.pods()) {
      TaskSpec.@Nullable Streaming streaming = job.streaming();
      // Where an Airflow variable says the environment, nobody knows it before a run.
      if (streaming != null && context.envVariable() == null) {
        all.add(
            new BuiltDags.Streaming(
                job.id(), streaming.jobName(), streaming.project(), streaming.region()));
      }
    }
    return all;
  }

  private static void requireId(String id) {
    if (!AirflowNames.isId(id)) {
      throw new IllegalArgumentException("'" + id + "' is no legal id");
    }
  }

  private static List<String> header(WorkflowSpec workflow, DagContext context) {
    SourceRevision revision = context.revision();
    List<String> lines = new ArrayList<>();
    lines.add("Workflow " + workflow.id() + " in the environment " + context.env() + ".");
    lines.add("");
    lines.add("Project: " + context.groupId() + ":" + context.artifactId());
    lines.add("Version: " + context.version());
    if (!revision.commit().isEmpty()) {
      lines.add(
          "Commit:  " + revision.commit() + (revision.dirty() ? " with uncommitted changes" : ""));
    }
    // On lines of their own: the name may be longer than a line should be, and is no text to wrap.
    int digest = context.image().indexOf('@');
    lines.add("Image:");
    lines.add("  " + context.image().substring(0, digest));
    lines.add("  " + context.image().substring(digest));
    lines.add("");
    lines.add(
        "Generated by BigFlow "
            + context.toolVersion()
            + ". Change the project, not this file: a deployment overwrites it.");
    return lines;
  }

  private static Map<String, Object> model(
      WorkflowSpec workflow, DagContext context, Uploads uploads, Set<String> tags) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("docstring", PythonLiteral.docstring(header(workflow, context)));
    PythonImports imports = imports(workflow);
    model.put("imports", imports.statements());
    model.put("has_moved", !imports.moved().isEmpty());
    model.put("moved_to", imports.moved());
    model.put("moved_from", imports.movedFrom());
    model.put("uses_resources", workflow.pods().stream().anyMatch(job -> job.resources() != null));
    @Nullable String timetable = timetable(workflow.schedule());
    model.put(
        "timetable", timetable == null ? false : PythonLiteral.name(timetable).layOut(0, 0, 0));

    model.put("uses_uploads", !Uploads.named(workflow).isEmpty());
    model.put("has_pods", !workflow.pods().isEmpty());
    model.put("IMAGE", image(context.image()).asConstant("IMAGE"));
    model.put("RUNTIME", RUNTIME.asConstant("RUNTIME"));
    model.put("RUN_ID", RUN_ID.asConstant("RUN_ID"));
    model.put("CONF", CONF.asConstant("CONF"));
    @Nullable String envVariable = context.envVariable();
    model.put("ENV", envVariable == null ? false : environmentFrom(envVariable).asConstant("ENV"));
    model.put("LABELS", labels(context).asConstant("LABELS"));

    Arguments dag = new Arguments(model, 4);
    dag.put("dag_id", PythonLiteral.of(context.dagIds().dagId(workflow.id(), context.env())));
    dag.putIfPresent("description", workflow.description(), PythonLiteral::of);
    dag.putIfPresent("doc_md", workflow.documentation(), DagFileGenerator::markdown);
    dag.put("schedule", schedule(workflow.schedule()));
    dag.put("start_date", PythonLiteral.datetime(workflow.start()));
    dag.put("catchup", PythonLiteral.of(workflow.catchup()));
    dag.put("max_active_runs", PythonLiteral.of(workflow.maxActiveRuns()));
    dag.putIfPresent("dagrun_timeout", workflow.runTimeout(), PythonLiteral::timedelta);
    WorkflowSpec.Retry retry = usualRetry(workflow);
    dag.put("default_args", defaultArguments(workflow, context, retry));
    dag.put("tags", PythonLiteral.ofStrings(tags));
    dag.putIfPresent(
        "params",
        workflow.parameters().isEmpty() ? null : workflow.parameters(),
        DagParameters::literal);

    Set<String> groups = new LinkedHashSet<>();
    workflow.tasks().stream()
        .map(task -> task.settings().group())
        .filter(Objects::nonNull)
        .forEach(groups::add);
    PythonNames variables =
        PythonNames.of(
            workflow.tasks().stream().map(TaskSpec::id).toList(), groups, imports.names());
    model.put("uses_groups", !groups.isEmpty());
    model.put("groups", groups(groups, variables));
    List<Map<String, Object>> tasks = new ArrayList<>();
    for (TaskSpec spec : workflow.tasks()) {
      Map<String, Object> task = new LinkedHashMap<>();
      task.put("blank_before", !tasks.isEmpty());
      putTask(task, spec, variables, retry);
      if (spec instanceof TaskSpec.Operator operator) {
        putOperator(
            task,
            operator,
            imports,
            new OperatorArguments(context, uploads, workflow.id(), spec.id()));
      } else {
        putJob(task, workflow, (TaskSpec.Job) spec, context);
      }
      tasks.add(task);
    }
    model.put("tasks", tasks);
    List<PythonText> dependencies = Dependencies.statements(workflow.tasks(), variables);
    model.put("has_dependencies", !dependencies.isEmpty());
    model.put("dependencies", dependencies);
    return model;
  }

  private static PythonImports imports(WorkflowSpec workflow) {
    // Those of the pods first, so that they always have the names that the template uses.
    Set<String> classes = new LinkedHashSet<>();
    if (!workflow.pods().isEmpty()) {
      classes.add(POD_OPERATOR);
    }
    if (workflow.pods().stream().anyMatch(job -> !job.secrets().isEmpty())) {
      classes.add(POD_SECRET);
    }
    workflow.tasks().stream()
        .filter(TaskSpec.Operator.class::isInstance)
        .map(task -> ((TaskSpec.Operator) task).className())
        .sorted()
        .forEach(classes::add);
    return PythonImports.of(classes, PythonNames.IN_FILE);
  }

  /** What tasks of all kinds have. */
  private static void putTask(
      Map<String, Object> model, TaskSpec task, PythonNames variables, WorkflowSpec.Retry usual) {
    TaskSpec.Settings settings = task.settings();
    String variable = variables.variable(task.id());
    model.put("variable", PythonLiteral.name(variable).layOut(0, 0, 0));
    model.put("other_name", !variable.equals(task.id()));
    Arguments arguments = new Arguments(model, 8);
    arguments.put("task_id", PythonLiteral.of(task.id()));
    arguments.putIfPresent(
        "task_doc_md", "doc_md", settings.documentation(), DagFileGenerator::markdown);
    arguments.put("execution_timeout", PythonLiteral.timedelta(settings.timeout()));
    int retries = settings.retry().retries();
    Duration pause = settings.retry().pause();
    arguments.putIfPresent(
        "retries", retries == usual.retries() ? null : (long) retries, PythonLiteral::of);
    arguments.putIfPresent(
        "retry_delay", pause.equals(usual.pause()) ? null : pause, PythonLiteral::timedelta);
    model.put("scheduling", keywords(scheduling(settings, variables)));
  }

  /** How Airflow schedules a task, where that differs from what it does by itself. */
  private static Map<String, PythonLiteral> scheduling(
      TaskSpec.Settings settings, PythonNames variables) {
    Map<String, PythonLiteral> arguments = new LinkedHashMap<>();
    if (!settings.triggerRule().equals(TaskSpec.Settings.ALL_SUCCESS)) {
      arguments.put("trigger_rule", PythonLiteral.of(settings.triggerRule()));
    }
    @Nullable String pool = settings.pool();
    if (pool != null) {
      arguments.put("pool", PythonLiteral.of(pool));
      if (settings.poolSlots() != 1) {
        arguments.put("pool_slots", PythonLiteral.of((long) settings.poolSlots()));
      }
    }
    @Nullable Integer priority = settings.priority();
    if (priority != null) {
      arguments.put("priority_weight", PythonLiteral.of((long) priority));
    }
    @Nullable String group = settings.group();
    if (group != null) {
      arguments.put("task_group", PythonLiteral.name(variables.group(group)));
    }
    return arguments;
  }

  /** Keyword arguments of a task, of any names. */
  private static List<PythonText> keywords(Map<String, PythonLiteral> arguments) {
    List<PythonText> lines = new ArrayList<>();
    arguments.forEach(
        (name, value) ->
            lines.add(
                new PythonText(PythonLiteral.name(name) + "=" + value.asArgument(8, name).text())));
    return lines;
  }

  /** The groups of the tasks, which keep their ids. */
  private static List<PythonText> groups(Set<String> groups, PythonNames variables) {
    List<PythonText> statements = new ArrayList<>();
    for (String group : groups) {
      Map<String, PythonLiteral> arguments = new LinkedHashMap<>();
      arguments.put("group_id", PythonLiteral.of(group));
      arguments.put("prefix_group_id", PythonLiteral.of(false));
      String start = variables.group(group) + " = ";
      statements.add(
          new PythonText(
              start
                  + PythonLiteral.call("TaskGroup", List.of(), arguments)
                      .layOut(4, 4 + start.length(), 0)
                      .text()));
    }
    return statements;
  }

  /** Whether the DAG file tells an operator whose account it acts as. */
  public static boolean impersonates(TaskSpec.Operator task) {
    @Nullable List<String> accounts = task.settings().impersonation();
    return accounts != null
        && !accounts.isEmpty()
        && task.className().startsWith(GOOGLE_PROVIDER)
        && !task.arguments().containsKey(IMPERSONATION_CHAIN);
  }

  private static void putOperator(
      Map<String, Object> model,
      TaskSpec.Operator task,
      PythonImports imports,
      OperatorArguments literals) {
    model.put("pod", false);
    model.put("operator", PythonLiteral.name(imports.name(task.className())).layOut(0, 0, 0));
    Map<String, PythonLiteral> arguments = new LinkedHashMap<>();
    task.arguments().forEach((name, value) -> arguments.put(name, literals.literal(value)));
    @Nullable List<String> accounts = task.settings().impersonation();
    if (accounts != null && impersonates(task)) {
      arguments.put(IMPERSONATION_CHAIN, PythonLiteral.ofStrings(accounts));
    }
    model.put("operator_arguments", keywords(arguments));
  }

  private static void putJob(
      Map<String, Object> task, WorkflowSpec workflow, TaskSpec.Job job, DagContext context) {
    task.put("pod", true);
    Arguments arguments = new Arguments(task, 8);
    arguments.put("name", PythonLiteral.of(AirflowNames.podName(workflow.id(), job.id())));
    task.put("operator", false);
    task.put("operator_arguments", List.of());
    arguments.put("arguments", containerArguments(workflow, job, context));
    arguments.putIfPresent(
        "secrets", job.secrets().isEmpty() ? null : job.secrets(), DagFileGenerator::secrets);
    arguments.putIfPresent(
        "container_resources", job.resources(), DagFileGenerator::containerResources);
  }

  /** What the launcher in the image understands. */
  private static PythonLiteral containerArguments(
      WorkflowSpec workflow, TaskSpec.Job job, DagContext context) {
    return PythonLiteral.list(
        List.of(
            PythonLiteral.of("run"),
            PythonLiteral.of("--job"),
            PythonLiteral.of(workflow.id() + "." + job.id()),
            PythonLiteral.of("--runtime"),
            PythonLiteral.name("RUNTIME"),
            PythonLiteral.of("--env"),
            context.envVariable() == null
                ? PythonLiteral.of(context.env())
                : PythonLiteral.name("ENV"),
            PythonLiteral.of("--run-id"),
            PythonLiteral.name("RUN_ID"),
            PythonLiteral.of("--conf"),
            PythonLiteral.name("CONF"),
            PythonLiteral.of("--image"),
            PythonLiteral.name("IMAGE")));
  }

  /**
   * The value of an Airflow variable, read when a task starts. A subscript and not {@code get}: on
   * Airflow 3 that one gives the text of an internal object if there is no such variable, while a
   * subscript fails the task on all versions.
   */
  private static PythonLiteral environmentFrom(String variable) {
    return PythonLiteral.of("{{ var.value[\"" + variable + "\"] }}");
  }

  /** The name of an image, whose digest alone differs between builds. */
  static PythonLiteral image(String pinned) {
    int at = pinned.indexOf('@');
    return PythonLiteral.ofParts(pinned.substring(0, at), pinned.substring(at));
  }

  private static PythonLiteral labels(DagContext context) {
    Map<String, PythonLiteral> labels = new LinkedHashMap<>();
    labels.put("bigflow-project", PythonLiteral.of(AirflowNames.labelValue(context.artifactId())));
    labels.put("bigflow-env", PythonLiteral.of(AirflowNames.labelValue(context.env())));
    return PythonLiteral.dict(labels);
  }

  private static @Nullable String timetable(ScheduleSpec schedule) {
    if (schedule instanceof ScheduleSpec.Cron) {
      return "CronDataIntervalTimetable";
    }
    return schedule instanceof ScheduleSpec.Every ? "DeltaDataIntervalTimetable" : null;
  }

  /** A timetable and not the bare cron text, which means different intervals on Airflow 2 and 3. */
  private static PythonLiteral schedule(ScheduleSpec schedule) {
    if (schedule instanceof ScheduleSpec.Cron cron) {
      return PythonLiteral.call(
          "CronDataIntervalTimetable",
          List.of(PythonLiteral.of(CronExpressions.normalize(cron.expression()))),
          Map.of("timezone", PythonLiteral.of(cron.zone())));
    }
    if (schedule instanceof ScheduleSpec.Every every) {
      return PythonLiteral.call(
          "DeltaDataIntervalTimetable", PythonLiteral.timedelta(every.period()));
    }
    return schedule instanceof ScheduleSpec.Once ? PythonLiteral.of("@once") : PythonLiteral.none();
  }

  private static PythonLiteral defaultArguments(
      WorkflowSpec workflow, DagContext context, WorkflowSpec.Retry retry) {
    @Nullable String owner = workflow.owner();
    Map<String, PythonLiteral> arguments = new LinkedHashMap<>();
    arguments.put("owner", PythonLiteral.of(owner == null ? context.artifactId() : owner));
    arguments.put("depends_on_past", PythonLiteral.of(workflow.dependsOnPast()));
    arguments.put("retries", PythonLiteral.of((long) retry.retries()));
    arguments.put("retry_delay", PythonLiteral.timedelta(retry.pause()));
    return PythonLiteral.dict(arguments);
  }

  /** What most tasks have in common; of equally frequent values, the one that is declared first. */
  private static WorkflowSpec.Retry usualRetry(WorkflowSpec workflow) {
    return new WorkflowSpec.Retry(
        mostFrequent(
            workflow.tasks().stream().map(task -> task.settings().retry().retries()).toList()),
        mostFrequent(
            workflow.tasks().stream().map(task -> task.settings().retry().pause()).toList()));
  }

  private static <T> T mostFrequent(List<T> values) {
    T best = values.get(0);
    for (T value : values) {
      best =
          Collections.frequency(values, value) > Collections.frequency(values, best) ? value : best;
    }
    return best;
  }

  /** In their order in the file; the build tag is to follow. */
  private static Set<String> tags(WorkflowSpec workflow, DagContext context) {
    Set<String> tags = new LinkedHashSet<>();
    tags.add(TAG);
    tags.add(ENV_TAG_PREFIX + context.env());
    tags.addAll(workflow.tags());
    return tags;
  }

  /**
   * A text in Markdown. It always ends with a line feed: Airflow takes a text that ends in {@code
   * .md} for the name of a file.
   */
  private static PythonLiteral markdown(String text) {
    return PythonLiteral.of(text.replace("\r\n", "\n").stripTrailing() + "\n");
  }

  private static PythonLiteral secrets(List<TaskSpec.SecretSpec> secrets) {
    return PythonLiteral.list(secrets.stream().distinct().map(DagFileGenerator::secret).toList());
  }

  private static PythonLiteral secret(TaskSpec.SecretSpec secret) {
    List<PythonLiteral> arguments = new ArrayList<>();
    arguments.add(PythonLiteral.of("env"));
    for (@Nullable String part : Arrays.asList(secret.variable(), secret.name(), secret.key())) {
      arguments.add(part == null ? PythonLiteral.none() : PythonLiteral.of(part));
    }
    return PythonLiteral.call(
        "Secret", arguments.subList(0, secret.key() == null ? 3 : 4), Map.of());
  }

  /** Requests and limits alike: Composer 3 takes the larger, and Kubernetes then evicts last. */
  private static PythonLiteral containerResources(TaskSpec.ResourcesSpec resources) {
    Map<String, PythonLiteral> quantities = new LinkedHashMap<>();
    quantities.put("cpu", PythonLiteral.of(resources.cpu()));
    quantities.put("memory", PythonLiteral.of(resources.memory()));
    Map<String, PythonLiteral> both = new LinkedHashMap<>();
    both.put("requests", PythonLiteral.dict(quantities));
    both.put("limits", PythonLiteral.dict(quantities));
    return PythonLiteral.call("k8s.V1ResourceRequirements", List.of(), both);
  }

  /** Keyword arguments of one call, each on its own line. */
  private record Arguments(Map<String, Object> model, int indent) {
    void put(String keyword, PythonLiteral value) {
      model.put(keyword, value.asArgument(indent, keyword));
    }

    <T> void putIfPresent(String keyword, @Nullable T value, Function<T, PythonLiteral> literal) {
      putIfPresent(keyword, keyword, value, literal);
    }

    <T> void putIfPresent(
        String name, String keyword, @Nullable T value, Function<T, PythonLiteral> literal) {
      model.put(name, value == null ? false : literal.apply(value).asArgument(indent, keyword));
    }
  }
}
