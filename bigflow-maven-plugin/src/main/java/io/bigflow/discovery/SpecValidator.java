// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.dag.AirflowNames;
import io.bigflow.dag.CronExpressions;
import io.bigflow.dag.DagFileGenerator;
import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.Problem;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.NearestName;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything in the declared workflows that Airflow, Kubernetes or the launcher would refuse
 * later. A pure function of its arguments: the findings come in the order of the workflows' ids.
 */
public final class SpecValidator {
  private static final String ID_RULE =
      "Use ASCII letters, digits, '_' and '-', starting with a letter, at most 63 characters";

  // Python's timedelta holds 999,999,999 days and counts microseconds.
  private static final Duration LONGEST = Duration.ofDays(999_999_999);
  // Airflow stores the sum of the weights behind a task as an integer of 32 bits.
  private static final int MOST_PRIORITY = 1_000_000;
  private static final Duration SHORTEST = Duration.ofNanos(1_000);

  // Kubernetes: a secret's name is a DNS subdomain of RFC 1123, its keys are file names.
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern SECRET_KEY = Pattern.compile("(?!\\.\\.?$)[A-Za-z0-9._-]{1,253}");
  // Airflow writes the variable's name in upper case, whatever is declared.
  private static final Pattern VARIABLE = Pattern.compile("[A-Z_][A-Z0-9_]*");

  private final DagIdPattern dagIds;
  private final String env;
  private final ProviderCheck providers;
  private final Set<String> workflowIds = new TreeSet<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  private SpecValidator(DagIdPattern dagIds, String env, ProviderCheck providers) {
    this.dagIds = dagIds;
    this.env = env;
    this.providers = providers;
  }

  /**
   * What was found.
   *
   * @param problems what makes a build fail
   * @param warnings what works, but hardly as it was meant
   */
  public record Findings(List<Problem> problems, List<Problem> warnings) {

    /** Copies the lists. */
    public Findings {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Validates the workflows of a project.
   *
   * @param workflows as they were declared, in any order
   * @param dagIds how the DAG ids are made
   * @param env the environment they are built for
   * @param providers what the operators are checked for
   */
  public static Findings validate(
      List<WorkflowSpec> workflows, DagIdPattern dagIds, String env, ProviderCheck providers) {
    SpecValidator validator = new SpecValidator(dagIds, env, providers);
    List<WorkflowSpec> ordered =
        workflows.stream()
            .sorted(Comparator.comparing(WorkflowSpec::id).thenComparing(WorkflowSpec::definition))
            .toList();
    ordered.forEach(workflow -> validator.workflowIds.add(workflow.id()));
    validator.checkPattern();
    validator.checkWorkflowIds(ordered);
    ordered.forEach(validator::check);
    return new Findings(validator.problems, validator.warnings);
  }

  private void checkPattern() {
    if (!dagIds.isPerEnvironment()) {
      warnings.add(
          Problem.of(
              "The DAG id pattern '"
                  + dagIds
                  + "' lacks {env}, so only one environment of this"
                  + " project can be deployed to an Airflow",
              "bigflow.dagIdPattern",
              "Unless each environment has an Airflow of its own, write for example "
                  + DagIdPattern.DEFAULT));
    }
  }

  /** Ids that are used twice, or that differ only in what is lost on the way. */
  private void checkWorkflowIds(List<WorkflowSpec> workflows) {
    Map<String, List<WorkflowSpec>> byId = new LinkedHashMap<>();
    workflows.forEach(
        workflow -> byId.computeIfAbsent(workflow.id(), id -> new ArrayList<>()).add(workflow));
    byId.forEach(
        (id, same) -> {
          if (same.size() > 1) {
            problems.add(
                Problem.of(
                    "Workflow id '" + id + "' is used " + same.size() + " times",
                    definitions(same),
                    "Give each workflow an id of its own"));
          }
        });
    collisions(byId.keySet())
        .forEach(
            ids ->
                problems.add(
                    Problem.of(
                        "Workflow ids "
                            + quoted(ids)
                            + " differ only in upper and lower case or"
                            + " in '_' and '-', which file systems and Kubernetes ignore",
                        definitions(workflows.stream().filter(w -> ids.contains(w.id())).toList()),
                        "Rename one of them")));
  }

  private static String definitions(List<WorkflowSpec> workflows) {
    return workflows.stream().map(WorkflowSpec::definition).collect(Collectors.joining(", "));
  }

  private static Collection<List<String>> collisions(Set<String> ids) {
    Map<String, List<String>> folded = new LinkedHashMap<>();
    ids.forEach(
        id -> folded.computeIfAbsent(AirflowNames.fold(id), key -> new ArrayList<>()).add(id));
    return folded.values().stream().filter(same -> same.size() > 1).toList();
  }

  /**
   * The operators and arguments that an Airflow lacks.
   *
   * @param providers what that Airflow has
   */
  public static List<Problem> missing(List<WorkflowSpec> workflows, ProviderCheck providers) {
    SpecValidator validator = new SpecValidator(DagIdPattern.DEFAULT, "", providers);
    for (WorkflowSpec workflow : workflows) {
      TaskFindings findings = new TaskFindings();
      workflow.tasks().forEach(task -> validator.checkProviders(task, findings));
      findings.report(validator.new Place(workflow));
    }
    return List.copyOf(validator.problems);
  }

  private void checkWorkflows(TaskSpec task, TaskFindings findings) {
    if (task instanceof TaskSpec.Operator operator) {
      OperatorCheck.workflows(operator)
          .forEach(
              (workflow, argument) -> {
                if (!workflowIds.contains(workflow)) {
                  findings.problem(
                      operator,
                      "The argument '"
                          + argument
                          + "' names the workflow '"
                          + workflow
                          + "', which this project does not have",
                      NearestName.of(workflow, workflowIds)
                          .map(name -> "Did you mean '" + name + "'?")
                          .orElse(
                              "Name one of "
                                  + quoted(workflowIds)
                                  + "; of a DAG of another project, write the id itself"));
                }
              });
    }
  }

  private void checkProviders(TaskSpec task, TaskFindings findings) {
    if (task instanceof TaskSpec.Operator operator) {
      providers
          .problems(operator.className(), operator.arguments().keySet())
          .forEach(problem -> findings.problem(operator, problem.what(), problem.fix()));
      if (DagFileGenerator.impersonates(operator)
          && !providers.accepts(operator.className(), DagFileGenerator.IMPERSONATION_CHAIN)) {
        findings.problem(
            operator,
            "The operator "
                + operator.className()
                + " cannot act as "
                + String.join(", ", operator.settings().impersonation())
                + ": it has no argument '"
                + DagFileGenerator.IMPERSONATION_CHAIN
                + "'",
            "Let it act as the account that Airflow has, with .impersonateServiceAccount() on the"
                + " task, and add the argument that the operator has for another account, if any");
      }
    }
  }

  private void check(WorkflowSpec workflow) {
    Place place = new Place(workflow);
    if (!AirflowNames.isId(workflow.id())) {
      place.problem("The workflow id '" + workflow.id() + "' is illegal", ID_RULE);
    } else if (dagIds.dagId(workflow.id(), env).length() > DagIdPattern.MAX_LENGTH) {
      place.problem(
          "The DAG id '"
              + dagIds.dagId(workflow.id(), env)
              + "' is longer than the "
              + DagIdPattern.MAX_LENGTH
              + " characters of Airflow",
          "Shorten the workflow's id or bigflow.dagIdPattern");
    }
    checkTexts(workflow, place);
    checkSchedule(workflow.schedule(), place);
    ParameterCheck.problems(workflow)
        .forEach(problem -> place.of(problem.tasks()).problem(problem.what(), problem.fix()));
    checkRuns(workflow, place);
    if (workflow.tasks().isEmpty()) {
      place.problem(
          "The workflow has no task", "Add one: .task(Task.job(\"my_job\", new MyJob()))");
    }
    TaskFindings findings = new TaskFindings();
    for (TaskSpec task : workflow.tasks()) {
      checkTask(task, findings);
      checkWorkflows(task, findings);
      checkProviders(task, findings);
    }
    findings.report(place);
    checkGroups(workflow.tasks(), place);
    checkGraph(workflow.tasks(), place);
  }

  private static void checkTexts(WorkflowSpec workflow, Place place) {
    @Nullable String description = workflow.description();
    if (description != null && description.contains("\n")) {
      place.warning(
          "The description has several lines, of which Airflow's list shows one",
          "Shorten it, and say the rest in documentation(...)");
    }
    Map<String, @Nullable String> texts = new LinkedHashMap<>();
    texts.put("description", description);
    texts.put("documentation", workflow.documentation());
    texts.put("owner", workflow.owner());
    texts.forEach(
        (name, text) -> {
          if (text != null && !isStorable(text)) {
            place.problem(unstorable("The " + name), "Remove that character");
          }
        });
    for (String tag : workflow.tags()) {
      if (tag.isBlank() || tag.length() > AirflowNames.MAX_TAG_LENGTH) {
        place.problem(
            "The tag '"
                + tag
                + "' is "
                + (tag.isBlank() ? "empty" : tag.length() + " characters long"),
            "Airflow takes tags of 1 to " + AirflowNames.MAX_TAG_LENGTH + " characters");
      } else if (!isStorable(tag)) {
        place.problem(unstorable("A tag"), "Remove that character");
      } else if (tag.startsWith(DagFileGenerator.BUILD_TAG_PREFIX)
          || tag.startsWith(DagFileGenerator.ENV_TAG_PREFIX)) {
        place.problem(
            "The tag '" + tag + "' looks like one of BigFlow's own",
            "Choose a tag that does not start with '"
                + DagFileGenerator.BUILD_TAG_PREFIX
                + "' or '"
                + DagFileGenerator.ENV_TAG_PREFIX
                + "'");
      }
    }
  }

  /** Says that it cannot. */
  static String unstorable(String text) {
    return text
        + " holds a character that Airflow's database cannot store: NUL, or half of a pair"
        + " of surrogates";
  }

  /** Whether Airflow's database can store a text. */
  static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }

  private static void checkSchedule(ScheduleSpec schedule, Place place) {
    if (schedule instanceof ScheduleSpec.Cron cron) {
      CronExpressions.problem(cron.expression())
          .ifPresent(
              reason ->
                  place.problem(
                      "Airflow cannot read the cron expression '"
                          + cron.expression()
                          + "': "
                          + reason,
                      cron.expression().strip().equals("@once")
                          ? "Write Schedule.once()"
                          : "Write five fields, for example \"30 4 * * MON-FRI\" for 04:30 on"
                              + " workdays"));
      checkZone(cron.zone(), place);
    } else if (schedule instanceof ScheduleSpec.Every every
        && (every.period().compareTo(Duration.ofSeconds(1)) < 0
            || every.period().compareTo(LONGEST) > 0)) {
      place.problem(
          "The schedule's period is " + every.period(),
          "State a period of a second or more, for example Schedule.every(Duration.ofHours(6))");
    }
  }

  private static void checkZone(String zone, Place place) {
    // The JDK has aliases of its own that the IANA database, and so Python, does not have.
    Set<String> known =
        ZoneId.getAvailableZoneIds().stream()
            .filter(id -> !id.startsWith("SystemV/"))
            .collect(Collectors.toSet());
    if (!known.contains(zone)) {
      place.problem(
          "The time zone '" + zone + "' is not in the IANA database",
          NearestName.of(zone, known)
              .map(name -> "Did you mean '" + name + "'?")
              .orElse(
                  "Write a name such as Europe/Warsaw; an offset has none, but Etc/GMT-2 is"
                      + " two hours ahead of UTC"));
    }
  }

  private static void checkRuns(WorkflowSpec workflow, Place place) {
    if (!isPythonYear(workflow)) {
      place.problem(
          "The start "
              + workflow.start()
              + " is not within the years 1 to 9999, which are all that"
              + " Airflow knows",
          "State another start, for example .start(LocalDate.of(2024, 1, 1))");
    }
    if (workflow.catchup() && !workflow.startStated()) {
      place.problem(
          "The workflow catches up on past intervals, but does not say from when on",
          "State the first interval, for example .start(LocalDate.of(2024, 1, 1))");
    }
    @Nullable Duration limit = workflow.runTimeout();
    if (limit != null && (limit.compareTo(SHORTEST) < 0 || limit.compareTo(LONGEST) > 0)) {
      place.problem(
          "The timeout of a run is " + limit,
          "State a positive one, for example .runTimeout(Duration.ofHours(12))");
    }
    if (workflow.maxActiveRuns() < 1) {
      place.problem(
          "maxActiveRuns is " + workflow.maxActiveRuns() + ", so nothing would ever run",
          "State 1 or more");
    }
  }

  private static boolean isPythonYear(WorkflowSpec workflow) {
    try {
      int utc = workflow.start().withZoneSameInstant(ZoneOffset.UTC).getYear();
      int local = workflow.start().getYear();
      return Math.min(utc, local) >= 1 && Math.max(utc, local) <= 9999;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static void checkTask(TaskSpec task, TaskFindings findings) {
    if (!AirflowNames.isId(task.id())) {
      findings.problem(task, "The task id '" + task.id() + "' is illegal", ID_RULE);
    }
    @Nullable String documentation = task.settings().documentation();
    if (documentation != null && !isStorable(documentation)) {
      findings.problem(task, unstorable("The documentation"), "Remove that character");
    }
    checkLimits(task, findings);
    checkScheduling(task, findings);
    if (task instanceof TaskSpec.Operator operator) {
      OperatorCheck.problems(operator)
          .forEach(problem -> findings.problem(operator, problem.what(), problem.fix()));
    }
    if (task instanceof TaskSpec.Job job) {
      checkSecrets(job, findings);
      TaskSpec.@Nullable ResourcesSpec resources = job.resources();
      if (resources != null) {
        checkResources(job, resources, findings);
      }
    }
  }

  private static void checkLimits(TaskSpec job, TaskFindings findings) {
    if (job.settings().retry().retries() < 0) {
      findings.problem(
          job, "The number of retries is " + job.settings().retry().retries(), "State 0 or more");
    }
    Duration pause = job.settings().retry().pause();
    if (pause.isNegative() || pause.compareTo(LONGEST) > 0) {
      findings.problem(
          job,
          "The pause between tries is " + pause,
          "State a pause that is not negative, for example Duration.ofMinutes(1)");
    }
    if (job.settings().timeout().compareTo(SHORTEST) < 0
        || job.settings().timeout().compareTo(LONGEST) > 0) {
      findings.problem(
          job,
          "The timeout is " + job.settings().timeout(),
          "State a positive one, for example Duration.ofHours(3)");
    }
  }

  private static void checkScheduling(TaskSpec task, TaskFindings findings) {
    TaskSpec.Settings settings = task.settings();
    @Nullable String pool = settings.pool();
    if (pool != null && !AirflowNames.isPool(pool)) {
      findings.problem(
          task,
          "A task cannot have the pool '" + pool + "'",
          "Name one of Airflow's pools; of letters, digits, '_', '-' and '.', at most "
              + AirflowNames.MAX_POOL_LENGTH
              + " characters, which is all that Airflow 2.11 accepts");
    }
    if (settings.poolSlots() < 1) {
      findings.problem(
          task, "It takes " + settings.poolSlots() + " slots of its pool", "State 1 or more");
    }
    @Nullable Integer priority = settings.priority();
    if (priority != null && (priority < 1 || priority > MOST_PRIORITY)) {
      findings.problem(
          task,
          "The priority is " + priority,
          "State one of 1 to " + MOST_PRIORITY + ": Airflow adds up those of all tasks behind it");
    }
    if (!settings.triggerRule().equals(TaskSpec.Settings.ALL_SUCCESS)
        && settings.upstream().isEmpty()) {
      findings.warning(
          task,
          "The trigger rule " + settings.triggerRule() + " has no effect: no task comes before",
          "Add after(…), or remove triggerRule(…)");
    }
  }

  private static void checkGroups(List<TaskSpec> tasks, Place place) {
    Set<String> ids = tasks.stream().map(TaskSpec::id).collect(Collectors.toSet());
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (TaskSpec task : tasks) {
      @Nullable String group = task.settings().group();
      if (group != null) {
        groups.computeIfAbsent(group, key -> new ArrayList<>()).add(task.id());
      }
    }
    groups.forEach(
        (group, members) -> {
          if (!AirflowNames.isId(group)) {
            place.of(members).problem("The group '" + group + "' has an illegal name", ID_RULE);
          } else if (ids.contains(group)) {
            place
                .of(members)
                .problem(
                    "The group '" + group + "' has the name of a task",
                    "Rename one of them: Airflow has both in one name space");
          }
        });
  }

  private static void checkSecrets(TaskSpec.Job job, TaskFindings findings) {
    Map<String, TaskSpec.SecretSpec> variables = new LinkedHashMap<>();
    for (TaskSpec.SecretSpec secret : job.secrets()) {
      if (!SECRET_NAME.matcher(secret.name()).matches()) {
        findings.problem(
            job,
            "'" + secret.name() + "' cannot be the name of a Kubernetes secret",
            "Use lower-case letters, digits, '-' and '.', starting and ending with a letter or"
                + " digit");
      }
      @Nullable String key = secret.key();
      @Nullable String variable = secret.variable();
      if ((key == null) != (variable == null)) {
        findings.problem(
            job,
            "Secret '"
                + secret.name()
                + "' states "
                + (key == null ? "a variable but no key" : "a key but no variable"),
            "Write Secret.variable(\"DB_PASSWORD\", \""
                + secret.name()
                + "\", \"password\"), or"
                + " Secret.all(\""
                + secret.name()
                + "\")");
      }
      if (key != null && !SECRET_KEY.matcher(key).matches()) {
        findings.problem(
            job,
            "'" + key + "' cannot be a key of the Kubernetes secret '" + secret.name() + "'",
            "Use letters, digits, '.', '_' and '-'");
      }
      if (variable != null) {
        checkVariable(job, variable, findings);
        TaskSpec.@Nullable SecretSpec other = variables.putIfAbsent(variable, secret);
        if (other != null && !other.equals(secret)) {
          findings.problem(
              job,
              "The variable '"
                  + variable
                  + "' is given by two secrets: '"
                  + other.name()
                  + "' and '"
                  + secret.name()
                  + "'",
              "Use another variable for one of them");
        }
      }
    }
  }

  private static void checkVariable(TaskSpec.Job job, String variable, TaskFindings findings) {
    if (!VARIABLE.matcher(variable).matches()) {
      String upper = variable.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9_]", "_");
      findings.problem(
          job,
          "'" + variable + "' cannot be the variable of a secret",
          "Use upper-case letters, digits and '_', for example "
              + (VARIABLE.matcher(upper).matches() ? upper : "DB_PASSWORD"));
    }
  }

  private static void checkResources(
      TaskSpec.Job job, TaskSpec.ResourcesSpec resources, TaskFindings findings) {
    @Nullable BigDecimal cpu = Quantities.cpu(resources.cpu());
    @Nullable BigDecimal memory = Quantities.memory(resources.memory());
    if (cpu == null) {
      findings.problem(
          job,
          "'" + resources.cpu() + "' is not a number of processors",
          "Write for example \"1\" or \"500m\"");
    }
    if (memory == null) {
      findings.problem(
          job,
          "'" + resources.memory() + "' is not an amount of memory",
          "Write for example \"4Gi\" or \"512Mi\"");
    }
    if (cpu != null && memory != null) {
      Quantities.roundedByComposer(cpu, memory)
          .forEach(
              rounding ->
                  findings.warning(
                      job,
                      "Composer 3 has no machine for "
                          + resources.cpu()
                          + " processors with "
                          + resources.memory()
                          + ": "
                          + rounding,
                      "Ask for 0.25, 0.5, 1, 2, 4, 6 … 32 processors with 0.5 GB to 8 GB for each,"
                          + " and no less than 2 GB"));
    }
  }

  private static void checkGraph(List<TaskSpec> tasks, Place place) {
    Map<String, Set<String>> graph = new LinkedHashMap<>();
    for (TaskSpec task : tasks) {
      if (graph.put(task.id(), new LinkedHashSet<>()) != null) {
        place
            .of(List.of(task.id()))
            .problem(
                "Task id '" + task.id() + "' is used more than once",
                "Give each task of the workflow an id of its own");
      }
    }
    for (List<String> ids : collisions(graph.keySet())) {
      place
          .of(ids)
          .problem(
              "Task ids "
                  + quoted(ids)
                  + " differ only in upper and lower case or in '_' and '-',"
                  + " which Kubernetes ignores",
              "Rename one of them");
    }
    Set<String> reported = new LinkedHashSet<>();
    for (TaskSpec task : tasks) {
      for (String upstream : task.upstream()) {
        Place at = place.of(List.of(task.id()));
        if (upstream.equals(task.id())) {
          if (reported.add(task.id())) {
            at.problem(
                "Task '" + task.id() + "' waits for itself", "Remove it from its after(...)");
          }
        } else if (!graph.containsKey(upstream)) {
          at.problem(
              "Task '" + task.id() + "' waits for '" + upstream + "', which is not in the workflow",
              NearestName.of(upstream, graph.keySet())
                  .map(name -> "Did you mean '" + name + "'?")
                  .orElse("Add that task, or wait for one of " + quoted(graph.keySet())));
        } else {
          graph.getOrDefault(task.id(), Set.of()).add(upstream);
        }
      }
    }
    checkReads(tasks, graph, place);
    for (List<String> cycle : cycles(graph)) {
      place
          .of(cycle)
          .problem(
              "Tasks wait for each other: " + String.join(" -> ", cycle) + " -> " + cycle.get(0),
              "Remove one of these from the after(...) of the next one");
    }
  }

  /** A result is there only if the task that leaves it has ended before. */
  private static void checkReads(
      List<TaskSpec> tasks, Map<String, Set<String>> graph, Place place) {
    for (TaskSpec task : tasks) {
      if (task instanceof TaskSpec.Operator operator) {
        Set<String> before = before(task.id(), graph);
        OperatorCheck.reads(operator)
            .forEach(
                (read, argument) -> {
                  if (!before.contains(read)) {
                    place
                        .of(List.of(task.id()))
                        .problem(
                            "The argument '"
                                + argument
                                + "' reads the result of task '"
                                + read
                                + "', which "
                                + (graph.containsKey(read)
                                    ? "does not come before"
                                    : "is not in the workflow"),
                            graph.containsKey(read)
                                ? "Add after(\"" + read + "\")"
                                : NearestName.of(read, graph.keySet())
                                    .map(name -> "Did you mean '" + name + "'?")
                                    .orElse("Read that of one of " + quoted(graph.keySet())));
                  }
                });
      }
    }
  }

  /** All that come before a task, however far. */
  private static Set<String> before(String id, Map<String, Set<String>> graph) {
    Set<String> before = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(List.of(id));
    while (!open.isEmpty()) {
      for (String upstream : graph.getOrDefault(open.remove(0), Set.of())) {
        if (before.add(upstream)) {
          open.add(upstream);
        }
      }
    }
    return before;
  }

  /** Cycles that have no task in common, each from its first declared task in running order. */
  private static List<List<String>> cycles(Map<String, Set<String>> upstream) {
    List<String> order = List.copyOf(upstream.keySet());
    Map<String, Set<String>> left = new LinkedHashMap<>();
    upstream.forEach((id, before) -> left.put(id, new LinkedHashSet<>(before)));
    List<List<String>> cycles = new ArrayList<>();
    while (true) {
      while (left.entrySet().removeIf(entry -> entry.getValue().isEmpty())) {
        left.values().forEach(before -> before.retainAll(left.keySet()));
      }
      if (left.isEmpty()) {
        return cycles;
      }
      // Whoever is left waits for somebody who is left, so going upstream must end in a cycle.
      List<String> path = new ArrayList<>();
      String id = left.keySet().iterator().next();
      while (!path.contains(id)) {
        path.add(0, id);
        id = left.getOrDefault(id, Set.of()).iterator().next();
      }
      List<String> cycle = new ArrayList<>(path.subList(0, path.indexOf(id) + 1));
      String first = cycle.stream().min(Comparator.comparingInt(order::indexOf)).orElse(id);
      Collections.rotate(cycle, -cycle.indexOf(first));
      cycles.add(cycle);
      cycle.forEach(left::remove);
      left.values().forEach(before -> before.retainAll(left.keySet()));
    }
  }

  private static String quoted(Collection<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }

  /** Where a finding is: the class, the workflow and, if it is about them, tasks. */
  private final class Place {
    private final WorkflowSpec workflow;
    private final List<String> tasks;

    Place(WorkflowSpec workflow) {
      this(workflow, List.of());
    }

    private Place(WorkflowSpec workflow, List<String> tasks) {
      this.workflow = workflow;
      this.tasks = tasks;
    }

    Place of(List<String> taskIds) {
      return new Place(workflow, taskIds);
    }

    void problem(String what, String fix) {
      problems.add(Problem.of(what, toString(), fix));
    }

    void warning(String what, String fix) {
      warnings.add(Problem.of(what, toString(), fix));
    }

    @Override
    public String toString() {
      String place = workflow.definition() + ", workflow '" + workflow.id() + "'";
      return switch (tasks.size()) {
        case 0 -> place;
        case 1 -> place + ", task " + quoted(tasks);
        default -> place + ", tasks " + quoted(tasks);
      };
    }
  }

  /** Findings in single tasks. What all have from their workflow is reported once. */
  private static final class TaskFindings {
    private final Map<Finding, List<String>> tasks = new LinkedHashMap<>();

    private record Finding(boolean isProblem, String what, String fix) {}

    void problem(TaskSpec task, String what, String fix) {
      add(task, new Finding(true, what, fix));
    }

    void warning(TaskSpec task, String what, String fix) {
      add(task, new Finding(false, what, fix));
    }

    private void add(TaskSpec task, Finding finding) {
      tasks.computeIfAbsent(finding, key -> new ArrayList<>()).add(task.id());
    }

    void report(Place place) {
      tasks.forEach(
          (finding, ids) -> {
            Place at = place.of(ids.stream().distinct().toList());
            if (finding.isProblem()) {
              at.problem(finding.what(), finding.fix());
            } else {
              at.warning(finding.what(), finding.fix());
            }
          });
    }
  }
}
