// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.Problem;
import io.bigflow.provider.ProviderCatalog;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecValidatorTest {
  private static final ProviderCheck NOTHING =
      new ProviderCheck(ProviderCatalog.bundled(), List.of());

  private static final String HELLO = "com.example.Hello, workflow 'hello'";

  /** A valid workflow of one valid task, with single parts changed. */
  private static final class Spec {
    String id = "hello";
    String definition = "com.example.Hello";
    @Nullable String description;
    @Nullable String documentation;
    ScheduleSpec schedule = new ScheduleSpec.Cron("0 0 * * *", "UTC");
    ZonedDateTime start = ZonedDateTime.parse("2024-01-01T00:00:00Z");
    boolean catchup;
    int maxActiveRuns = 1;
    @Nullable Duration runTimeout;
    List<String> tags = List.of();
    List<TaskSpec> tasks = List.of(task("a"));

    WorkflowSpec build() {
      return new WorkflowSpec(
          id,
          definition,
          description,
          documentation,
          null,
          schedule,
          start,
          false,
          catchup,
          false,
          maxActiveRuns,
          tags,
          tasks,
          List.of(),
          runTimeout);
    }

    SpecValidator.Findings validate() {
      return SpecValidatorTest.validate(build());
    }
  }

  private static SpecValidator.Findings validate(WorkflowSpec... workflows) {
    return SpecValidator.validate(List.of(workflows), DagIdPattern.DEFAULT, "dev", NOTHING);
  }

  private static WorkflowSpec workflow(String id, String definition) {
    Spec spec = new Spec();
    spec.id = id;
    spec.definition = definition;
    return spec.build();
  }

  private static TaskSpec task(String id, String... upstream) {
    return task(id, 3, Duration.ofMinutes(1), Duration.ofHours(3), upstream);
  }

  private static TaskSpec task(
      String id, int retries, Duration pause, Duration timeout, String... upstream) {
    return new TaskSpec.Job(
        id,
        TaskSpec.Settings.of(
            List.of(upstream), null, new WorkflowSpec.Retry(retries, pause), timeout, null),
        null,
        List.of());
  }

  private static TaskSpec task(
      String id, TaskSpec.@Nullable ResourcesSpec resources, TaskSpec.SecretSpec... secrets) {
    return new TaskSpec.Job(
        id,
        TaskSpec.Settings.of(
            List.of(),
            null,
            new WorkflowSpec.Retry(3, Duration.ofMinutes(1)),
            Duration.ofHours(3),
            null),
        resources,
        List.of(secrets));
  }

  private static TaskSpec scheduled(
      String id,
      String rule,
      @Nullable String group,
      @Nullable String pool,
      int slots,
      int priority) {
    return new TaskSpec.Job(
        id,
        new TaskSpec.Settings(
            List.of(),
            rule,
            null,
            new WorkflowSpec.Retry(3, Duration.ofMinutes(1)),
            Duration.ofHours(3),
            null,
            group,
            pool,
            slots,
            priority),
        null,
        List.of());
  }

  @Test
  void whatAirflowCannotScheduleIsFound() {
    assertThat(
            tasks(
                    scheduled("a", "all_success", "b", " ", 0, 0),
                    scheduled("b", "all_success", "1 x", "p\u0000", 1, 2_000_000),
                    scheduled("c", "all_success", "fine", "p", 2, 1))
                .problems())
        .extracting(problem -> problem.where() + ": " + problem.what())
        .containsExactlyInAnyOrder(
            "com.example.Hello, workflow 'hello', task 'a': A task cannot have the pool ' '",
            "com.example.Hello, workflow 'hello', task 'a': It takes 0 slots of its pool",
            "com.example.Hello, workflow 'hello', task 'a': The priority is 0",
            "com.example.Hello, workflow 'hello', task 'a': The group 'b' has the name of a task",
            "com.example.Hello, workflow 'hello', task 'b': A task cannot have the pool 'p\u0000'",
            "com.example.Hello, workflow 'hello', task 'b': The priority is 2000000",
            "com.example.Hello, workflow 'hello', task 'b': The group '1 x' has an illegal name");
  }

  @Test
  void aRuleWithoutTasksBeforeIsToldOf() {
    assertThat(tasks(scheduled("a", "all_done", null, null, 1, 1)).warnings())
        .extracting(Problem::what)
        .containsExactly("The trigger rule all_done has no effect: no task comes before");
  }

  private static SpecValidator.Findings tasks(TaskSpec... tasks) {
    Spec spec = new Spec();
    spec.tasks = List.of(tasks);
    return spec.validate();
  }

  private static SpecValidator.Findings schedule(ScheduleSpec schedule) {
    Spec spec = new Spec();
    spec.schedule = schedule;
    return spec.validate();
  }

  @Test
  void validWorkflowHasNoFindings() {
    Spec spec = new Spec();
    spec.description = "Says hello";
    spec.documentation = "# Hello\n\nżółw \ud83d\ude00";
    spec.tags = List.of("example", "t".repeat(100));
    spec.tasks =
        List.of(
            task("extract"),
            task("left", "extract"),
            task("right-2", "extract"),
            task("load", "left", "right-2"),
            task(
                "pod",
                new TaskSpec.ResourcesSpec("500m", "2Gi"),
                new TaskSpec.SecretSpec("database.prod", "pass_word.txt", "DB_PASSWORD"),
                new TaskSpec.SecretSpec("api-keys", null, null)));

    SpecValidator.Findings findings = spec.validate();

    assertThat(findings.problems()).isEmpty();
    assertThat(findings.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1st", "_x", "a.b", "a b", "a/b", "ą", "{{ ds }}"})
  void illegalIdsAreRefused(String id) {
    Spec spec = new Spec();
    spec.id = id;
    spec.tasks = List.of(task(id));

    assertThat(spec.validate().problems())
        .containsExactly(
            Problem.of(
                "The workflow id '" + id + "' is illegal",
                "com.example.Hello, workflow '" + id + "'",
                "Use ASCII letters, digits, '_' and '-', starting with a letter, at most 63"
                    + " characters"),
            Problem.of(
                "The task id '" + id + "' is illegal",
                "com.example.Hello, workflow '" + id + "', task '" + id + "'",
                "Use ASCII letters, digits, '_' and '-', starting with a letter, at most 63"
                    + " characters"));
  }

  @Test
  void idsOf63CharactersAreTheLongest() {
    assertThat(validate(workflow("x".repeat(63), "com.example.Hello")).problems()).isEmpty();
    assertThat(validate(workflow("x".repeat(64), "com.example.Hello")).problems()).hasSize(1);
  }

  @Test
  void workflowIdUsedTwiceNamesAllClasses() {
    assertThat(
            validate(workflow("hello", "com.example.B"), workflow("hello", "com.example.A"))
                .problems())
        .containsExactly(
            Problem.of(
                "Workflow id 'hello' is used 2 times",
                "com.example.A, com.example.B",
                "Give each workflow an id of its own"));
  }

  @Test
  void workflowIdsThatOnlySeemDifferentAreRefused() {
    assertThat(
            validate(
                    workflow("word_count", "com.example.A"),
                    workflow("Word-Count", "com.example.B"),
                    workflow("wordcount", "com.example.C"))
                .problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what()).contains("'Word-Count', 'word_count' differ only");
              assertThat(problem.where()).isEqualTo("com.example.B, com.example.A");
            });
  }

  @Test
  void dagIdLongerThanAirflowsLimitIsRefused() {
    DagIdPattern pattern = new DagIdPattern("x".repeat(240) + "{workflow}__{env}");

    assertThat(
            SpecValidator.validate(
                    List.of(workflow("hello", "com.example.Hello")), pattern, "dev", NOTHING)
                .problems())
        .isEmpty();
    assertThat(
            SpecValidator.validate(
                    List.of(workflow("hello1", "com.example.Hello")), pattern, "dev", NOTHING)
                .problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.what())
                    .endsWith("is longer than the 250 characters of Airflow"));
  }

  @Test
  void patternForOneEnvironmentIsAWarning() {
    SpecValidator.Findings findings =
        SpecValidator.validate(List.of(), new DagIdPattern("{workflow}"), "dev", NOTHING);

    assertThat(findings.problems()).isEmpty();
    assertThat(findings.warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.what()).contains("'{workflow}' lacks {env}"));
  }

  @Test
  void emptyWorkflowIsRefused() {
    assertThat(tasks().problems())
        .containsExactly(
            Problem.of(
                "The workflow has no task",
                HELLO,
                "Add one: .task(Task.job(\"my_job\", new MyJob()))"));
  }

  @Test
  void cronIsExplained() {
    assertThat(schedule(new ScheduleSpec.Cron("0 25 * * *", "UTC")).problems())
        .containsExactly(
            Problem.of(
                "Airflow cannot read the cron expression '0 25 * * *': hour '25' is not one of 0 to"
                    + " 23",
                HELLO,
                "Write five fields, for example \"30 4 * * MON-FRI\" for 04:30 on workdays"));
    assertThat(schedule(new ScheduleSpec.Cron("@once", "UTC")).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.fix()).isEqualTo("Write Schedule.once()"));
    assertThat(schedule(new ScheduleSpec.Cron("@daily", "UTC")).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Europe/Warszawa | Did you mean 'Europe/Warsaw'?",
        "europe/warsaw | Did you mean 'Europe/Warsaw'?",
        "`` | Write a name such as Europe/Warsaw; an offset has none, but Etc/GMT-2 is two"
            + " hours ahead of UTC",
        "+02:00 | Write a name such as Europe/Warsaw; an offset has none, but Etc/GMT-2 is two"
            + " hours ahead of UTC",
      })
  void unknownZoneIsRefused(String zone, String fix) {
    assertThat(schedule(new ScheduleSpec.Cron("0 0 * * *", zone)).problems())
        .containsExactly(
            Problem.of("The time zone '" + zone + "' is not in the IANA database", HELLO, fix));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1H", "PT0.5S", "P1000000000D"})
  void periodMustBeUsable(Duration period) {
    assertThat(schedule(new ScheduleSpec.Every(period)).problems())
        .singleElement()
        .satisfies(
            problem -> assertThat(problem.what()).isEqualTo("The schedule's period is " + period));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"+10000-01-01T00:00:00Z", "0000-06-01T00:00:00Z", "0001-01-01T00:00:00+02:00"})
  void startMustBeAYearOfPython(ZonedDateTime start) {
    Spec spec = new Spec();
    spec.start = start;

    assertThat(spec.validate().problems())
        .singleElement()
        .satisfies(
            problem -> assertThat(problem.what()).contains("is not within the years 1 to 9999"));
  }

  @Test
  void catchupNeedsAStart() {
    Spec spec = new Spec();
    spec.catchup = true;

    assertThat(spec.validate().problems())
        .containsExactly(
            Problem.of(
                "The workflow catches up on past intervals, but does not say from when on",
                HELLO,
                "State the first interval, for example .start(LocalDate.of(2024, 1, 1))"));
  }

  @Test
  void anOperatorThatCannotActAsAnAccountIsRefused() {
    String google = "airflow.providers.google.cloud.operators.";
    List<String> chain = List.of("d@ops.iam.gserviceaccount.com", "j@dev.iam.gserviceaccount.com");
    String place = HELLO + ", task 'ask'";
    assertThat(
            validateOperator(
                google + "cloud_sql.CloudSQLExecuteQueryOperator",
                chain,
                Map.of("sql", "SELECT 1")))
        .containsExactly(
            "The operator airflow.providers.google.cloud.operators.cloud_sql."
                + "CloudSQLExecuteQueryOperator cannot act as d@ops.iam.gserviceaccount.com,"
                + " j@dev.iam.gserviceaccount.com: it has no argument 'impersonation_chain' @ "
                + place);
    assertThat(
            validateOperator(
                google + "cloud_sql.CloudSQLExecuteQueryOperator",
                List.of(),
                Map.of("sql", "SELECT 1")))
        .isEmpty();
    assertThat(
            validateOperator(
                google + "gcs.GCSDeleteBucketOperator", chain, Map.of("bucket_name", "b")))
        .isEmpty();
  }

  private static List<String> validateOperator(
      String className, List<String> impersonation, Map<String, String> arguments) {
    Spec spec = new Spec();
    Map<String, ArgumentSpec> values = new TreeMap<>();
    arguments.forEach((name, text) -> values.put(name, new ArgumentSpec.Text(text)));
    spec.tasks =
        List.of(
            new TaskSpec.Operator(
                "ask",
                TaskSpec.Settings.of(
                    List.of(),
                    null,
                    new WorkflowSpec.Retry(0, Duration.ZERO),
                    Duration.ofHours(1),
                    impersonation),
                false,
                className,
                values));
    return SpecValidator.validate(
            List.of(spec.build()), DagIdPattern.DEFAULT, "dev", ProviderCheck.of("", ""))
        .problems()
        .stream()
        .map(problem -> problem.what() + " @ " + problem.where())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "-PT1H", "PT0.000000999S", "PT24000000000H"})
  void aRunTimeoutIsPositiveAndFitsPython(String limit) {
    Spec spec = new Spec();
    spec.runTimeout = Duration.parse(limit);
    assertThat(spec.validate().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.what())
                    .isEqualTo("The timeout of a run is " + Duration.parse(limit)));
    spec.runTimeout = Duration.ofHours(1);
    assertThat(spec.validate().problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void maxActiveRunsMustBePositive(int limit) {
    Spec spec = new Spec();
    spec.maxActiveRuns = limit;

    assertThat(spec.validate().problems())
        .containsExactly(
            Problem.of(
                "maxActiveRuns is " + limit + ", so nothing would ever run",
                HELLO,
                "State 1 or more"));
  }

  @Test
  void tagsMustBeThoseOfAirflow() {
    Spec spec = new Spec();
    spec.tags = List.of("", "t".repeat(101), "bigflow-build:x", "env:prod", "a\0b", "bigflow");

    assertThat(spec.validate().problems())
        .extracting(Problem::what)
        .containsExactly(
            "The tag '' is empty",
            "The tag '" + "t".repeat(101) + "' is 101 characters long",
            "The tag 'bigflow-build:x' looks like one of BigFlow's own",
            "The tag 'env:prod' looks like one of BigFlow's own",
            "A tag holds a character that Airflow's database cannot store: NUL, or half of a pair of"
                + " surrogates");
    assertThat(spec.validate().problems().get(2).fix())
        .isEqualTo("Choose a tag that does not start with 'bigflow-build:' or 'env:'");
  }

  @Test
  void textsThatNoDatabaseStoresAreRefused() {
    Spec spec = new Spec();
    spec.description = "\0";
    spec.documentation = "\ud800 alone";

    assertThat(spec.validate().problems())
        .extracting(Problem::what)
        .satisfiesExactly(
            what -> assertThat(what).startsWith("The description holds a character"),
            what -> assertThat(what).startsWith("The documentation holds a character"));
  }

  @Test
  void descriptionOfSeveralLinesIsAWarning() {
    Spec spec = new Spec();
    spec.description = "one\ntwo";

    assertThat(spec.validate().problems()).isEmpty();
    assertThat(spec.validate().warnings())
        .containsExactly(
            Problem.of(
                "The description has several lines, of which Airflow's list shows one",
                HELLO,
                "Shorten it, and say the rest in documentation(...)"));
  }

  @Test
  void limitsOfTasksAreChecked() {
    Duration minute = Duration.ofMinutes(1);

    assertThat(
            tasks(
                    task("a", -1, minute, minute),
                    task("b", 0, Duration.ZERO, minute),
                    task("c", 0, minute.negated(), minute),
                    task("d", 0, minute, Duration.ZERO),
                    task("e", 0, minute, Duration.ofNanos(999)))
                .problems())
        .extracting(problem -> problem.where() + ": " + problem.what())
        .containsExactly(
            HELLO + ", task 'a': The number of retries is -1",
            HELLO + ", task 'c': The pause between tries is PT-1M",
            HELLO + ", task 'd': The timeout is PT0S",
            HELLO + ", task 'e': The timeout is PT0.000000999S");
  }

  @Test
  void whatTasksHaveFromTheirWorkflowIsReportedOnce() {
    Duration minute = Duration.ofMinutes(1);

    assertThat(tasks(task("a", -1, minute, minute), task("b", -1, minute, minute)).problems())
        .containsExactly(
            Problem.of(
                "The number of retries is -1", HELLO + ", tasks 'a', 'b'", "State 0 or more"));
  }

  @Test
  void taskIdsMustDiffer() {
    assertThat(tasks(task("a"), task("b"), task("a"), task("load-x"), task("Load_X")).problems())
        .extracting(problem -> problem.where() + ": " + problem.what())
        .containsExactly(
            HELLO + ", task 'a': Task id 'a' is used more than once",
            HELLO
                + ", tasks 'load-x', 'Load_X': Task ids 'load-x', 'Load_X' differ only in upper and"
                + " lower case or in '_' and '-', which Kubernetes ignores");
  }

  @Test
  void unknownUpstreamSuggestsWhatWasMeant() {
    assertThat(tasks(task("extract"), task("load", "exract", "transform")).problems())
        .containsExactly(
            Problem.of(
                "Task 'load' waits for 'exract', which is not in the workflow",
                HELLO + ", task 'load'",
                "Did you mean 'extract'?"),
            Problem.of(
                "Task 'load' waits for 'transform', which is not in the workflow",
                HELLO + ", task 'load'",
                "Add that task, or wait for one of 'extract', 'load'"));
  }

  @Test
  void taskCannotWaitForItself() {
    assertThat(tasks(task("a", "a")).problems())
        .containsExactly(
            Problem.of(
                "Task 'a' waits for itself",
                HELLO + ", task 'a'",
                "Remove it from its after(...)"));
  }

  @Test
  void cyclesAreShownInRunningOrder() {
    assertThat(
            tasks(
                    task("start"),
                    task("a", "start", "c"),
                    task("b", "a"),
                    task("c", "b"),
                    task("behind", "c"),
                    task("y", "x"),
                    task("x", "y"))
                .problems())
        .extracting(problem -> problem.where() + ": " + problem.what())
        .containsExactly(
            HELLO + ", tasks 'a', 'b', 'c': Tasks wait for each other: a -> b -> c -> a",
            HELLO + ", tasks 'y', 'x': Tasks wait for each other: y -> x -> y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Database | password | DB | 'Database' cannot be the name of a Kubernetes secret",
        "a_b | password | DB | 'a_b' cannot be the name of a Kubernetes secret",
        "-a | password | DB | '-a' cannot be the name of a Kubernetes secret",
        "db | pass word | DB | 'pass word' cannot be a key of the Kubernetes secret 'db'",
        "db | .. | DB | '..' cannot be a key of the Kubernetes secret 'db'",
        "db | password | db_password | 'db_password' cannot be the variable of a secret",
        "db | password | 1DB | '1DB' cannot be the variable of a secret",
        "db |  | DB | Secret 'db' states a variable but no key",
        "db | password |  | Secret 'db' states a key but no variable",
      })
  void secretsMustBeThoseOfKubernetes(
      String name, @Nullable String key, @Nullable String variable, String what) {
    assertThat(tasks(task("a", null, new TaskSpec.SecretSpec(name, key, variable))).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what()).isEqualTo(what);
              assertThat(problem.where()).isEqualTo(HELLO + ", task 'a'");
            });
  }

  @Test
  void variableInLowerCaseIsShownInUpperCase() {
    assertThat(tasks(task("a", null, new TaskSpec.SecretSpec("db", "p", "db-pass"))).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.fix()).endsWith("for example DB_PASS"));
  }

  @Test
  void variableOfTwoSecretsIsRefused() {
    TaskSpec.SecretSpec one = new TaskSpec.SecretSpec("one", "p", "PASSWORD");
    TaskSpec.SecretSpec two = new TaskSpec.SecretSpec("two", "p", "PASSWORD");

    assertThat(tasks(task("a", null, one, one)).problems()).isEmpty();
    assertThat(tasks(task("a", null, one, two)).problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.what())
                    .isEqualTo("The variable 'PASSWORD' is given by two secrets: 'one' and 'two'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "one | 4Gi | 'one' is not a number of processors",
        "0 | 4Gi | '0' is not a number of processors",
        "-1 | 4Gi | '-1' is not a number of processors",
        "1Gi | 4Gi | '1Gi' is not a number of processors",
        "1 | lots | 'lots' is not an amount of memory",
        "1 | 4GB | '4GB' is not an amount of memory",
        "1 | 0 | '0' is not an amount of memory",
        "1 | 4 Gi | '4 Gi' is not an amount of memory",
        "{{ x }} | 4Gi | '{{ x }}' is not a number of processors",
      })
  void resourcesMustBeQuantities(String cpu, String memory, String what) {
    assertThat(tasks(task("a", new TaskSpec.ResourcesSpec(cpu, memory))).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what()).isEqualTo(what);
              assertThat(problem.where()).isEqualTo(HELLO + ", task 'a'");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "250m, 2G, ''",
    "0.5,  4G, ''",
    "1,    2Gi, ''",
    "1,    4Gi, ''",
    "2,    16G, ''",
    "4,    16Gi, ''",
    "32,   128G, ''",
    "100m, 2G,   the job gets 0.25 processors",
    "3,    8Gi,  the job gets 4 processors",
    "48,   64G,  the job gets 32 processors",
    "1,    1Gi,  the job gets 2 GB of memory",
    "8,    2G,   the job gets 4 GB of memory",
    "2,    16Gi, the job gets no more than 16 GB of memory",
    "32,   256G, the job gets no more than 128 GB of memory",
  })
  void resourcesThatComposerRoundsAreAWarning(String cpu, String memory, String change) {
    SpecValidator.Findings findings = tasks(task("a", new TaskSpec.ResourcesSpec(cpu, memory)));

    assertThat(findings.problems()).isEmpty();
    if (change.isEmpty()) {
      assertThat(findings.warnings()).isEmpty();
    } else {
      assertThat(findings.warnings())
          .singleElement()
          .satisfies(
              warning -> {
                assertThat(warning.what())
                    .isEqualTo(
                        "Composer 3 has no machine for "
                            + cpu
                            + " processors with "
                            + memory
                            + ": "
                            + change);
                assertThat(warning.where()).isEqualTo(HELLO + ", task 'a'");
              });
    }
  }

  @Test
  void allProblemsOfAllWorkflowsAreFoundInOneOrder() {
    Spec first = new Spec();
    first.id = "a.b";
    first.definition = "com.example.First";
    first.maxActiveRuns = 0;
    first.tasks = List.of(task("x", "y"), task("x"));
    Spec second = new Spec();
    second.id = "second";
    second.definition = "com.example.Second";
    second.tasks = List.of();
    List<WorkflowSpec> workflows = new ArrayList<>(List.of(first.build(), second.build()));

    List<Problem> problems =
        SpecValidator.validate(workflows, DagIdPattern.DEFAULT, "dev", NOTHING).problems();
    Collections.reverse(workflows);

    assertThat(problems).hasSize(5);
    assertThat(SpecValidator.validate(workflows, DagIdPattern.DEFAULT, "dev", NOTHING).problems())
        .isEqualTo(problems);
  }
}
