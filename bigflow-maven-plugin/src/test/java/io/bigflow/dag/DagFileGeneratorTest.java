// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static io.bigflow.dag.Specs.CONTEXT;
import static io.bigflow.dag.Specs.RETRY;
import static io.bigflow.dag.Specs.START;
import static io.bigflow.dag.Specs.TIMEOUT;
import static io.bigflow.dag.Specs.job;
import static io.bigflow.dag.Specs.operator;
import static io.bigflow.dag.Specs.scheduled;
import static io.bigflow.dag.Specs.with;
import static io.bigflow.dag.Specs.within;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.git.SourceRevision;
import io.bigflow.problem.BigflowException;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ParameterSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares whole files with those in {@code src/test/resources/io/bigflow/dag}. To write them anew,
 * run {@code mvn -pl bigflow-maven-plugin -am test -Dbigflow.updateGoldenFiles} and review the
 * difference.
 */
class DagFileGeneratorTest {
  private static final Path GOLDEN = Path.of("src/test/resources/io/bigflow/dag");
  private static final boolean UPDATE = System.getProperty("bigflow.updateGoldenFiles") != null;

  private final DagFileGenerator generator = new DagFileGenerator();

  private record Case(String name, WorkflowSpec workflow, DagContext context) {
    Case(String name, WorkflowSpec workflow) {
      this(name, workflow, CONTEXT);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "hello",
            new WorkflowSpec(
                "hello",
                "com.example.HelloWorkflow",
                "Says hello, then goodbye",
                null,
                null,
                new ScheduleSpec.Cron("0 3 * * *", "UTC"),
                START,
                false,
                false,
                false,
                1,
                List.of("example"),
                List.of(job("say_hello"), job("say_goodbye", "say_hello")))),
        new Case("single-job", workflow("single-job", job("only"))),
        new Case(
            "diamond",
            workflow(
                "diamond",
                job("extract"),
                job("left", "extract"),
                job("right", "extract"),
                job("load", "left", "right"),
                job("report", "load"))),
        new Case(
            "graph",
            workflow(
                "graph",
                job("zulu", "yankee", "xray"),
                job("yankee"),
                job("xray"),
                job("whiskey", "xray", "yankee"),
                job("victor", "zulu"),
                job("uniform", "zulu", "whiskey", "victor"),
                job("alone"))),
        new Case(
            "sequence",
            workflow(
                "sequence",
                job("create_ports_table"),
                job("create_polish_ports_table", "create_ports_table"),
                job("fill_ports_table", "create_polish_ports_table"),
                job("select_polish_ports", "fill_ports_table"))),
        new Case(
            "cron-in-a-zone",
            new WorkflowSpec(
                "cron-in-a-zone",
                "com.example.Zone",
                null,
                null,
                "data-platform",
                new ScheduleSpec.Cron(" 15  6-18/2 * jan-jun,DEC MON-FRI ", "Europe/Warsaw"),
                ZonedDateTime.parse("2025-03-30T03:00:00+02:00[Europe/Warsaw]"),
                true,
                true,
                true,
                4,
                List.of(),
                List.of(job("only")))),
        new Case(
            "preset", workflow("preset", new ScheduleSpec.Cron("@weekly", "UTC"), job("only"))),
        new Case(
            "every",
            workflow("every", new ScheduleSpec.Every(Duration.ofMinutes(90)), job("only"))),
        new Case("once", workflow("once", new ScheduleSpec.Once(), job("only"))),
        new Case("manual", workflow("manual", new ScheduleSpec.Manual(), job("only"))),
        new Case(
            "pods",
            workflow(
                "pods",
                job(
                    "small",
                    RETRY,
                    new TaskSpec.ResourcesSpec("500m", "2Gi"),
                    List.of(
                        new TaskSpec.SecretSpec("database", "password", "DB_PASSWORD"),
                        new TaskSpec.SecretSpec("api-keys", null, null))),
                job(
                    "large",
                    new WorkflowSpec.Retry(0, Duration.ofSeconds(60)),
                    new TaskSpec.ResourcesSpec("4", "16Gi"),
                    List.of(
                        new TaskSpec.SecretSpec("database", "password", "DB_PASSWORD"),
                        new TaskSpec.SecretSpec(
                            "a-secret-with-a-rather-long-name.of.the-data-platform",
                            "service-account.json",
                            "SERVICE_ACCOUNT_OF_THE_DATA_PLATFORM"),
                        new TaskSpec.SecretSpec("database", "password", "DB_PASSWORD")),
                    "small"),
                job(
                    "slow",
                    new WorkflowSpec.Retry(3, Duration.ofMinutes(15)),
                    null,
                    List.of(),
                    "small"))),
        new Case(
            "nasty",
            new WorkflowSpec(
                "nasty",
                "com.example.Nasty",
                "it's \"quoted\" \\ and\nbroken {{ ds }} {% if x %} {# no #} %> <% ''' \"\"\"",
                "\"\"\"\nimport os\nos.system('id')\n\"\"\"\n'''\\'''\\\n"
                    + "\u202etxet dettamrof ylkcirt\u2066 \u200b \u0000 \u0007 \u001b[31m\r\n"
                    + "zażółć gęślą jaźń, Ελλάδα, Россия, 日本語, 한국어, \ud83d\ude00, \u05d0\u05d1\n"
                    + "x".repeat(200)
                    + "\n"
                    + "{{ var.value.secret }} ".repeat(12)
                    + "\n\ttabs\tand \u00a0 blanks \u2028 \u2029 \u0085 end README.md",
                "o'hara\", **{\"x\": __import__('os')}",
                new ScheduleSpec.Cron("0 0 * * *", "UTC"),
                START,
                true,
                false,
                false,
                1,
                List.of("bigflow", "it's", "say \"hi\"", "{{ x }}", "\\", "ą\ud83d\ude00", "a\nb"),
                List.of(
                    new TaskSpec.Job(
                        "only",
                        TaskSpec.Settings.of(
                            List.of(),
                            "'''\"\"\"\\{{ x }}\u2067 see README.md",
                            RETRY,
                            TIMEOUT,
                            null),
                        null,
                        List.of())))),
        new Case(
            "clashes",
            workflow(
                "clashes",
                job("import"),
                job("IMAGE"),
                job("l"),
                job("a-b"),
                job("a_b", "a-b"),
                job("a_b_2", "a_b"),
                job("class", "import", "IMAGE", "l"),
                job("Class", "class"),
                job("timedelta", "Class"),
                job("filter", "timedelta", "a_b_2"))),
        new Case(
            "long",
            workflow(
                "workflow-with-a-name-of-exactly-sixty-three-characters-in-total",
                job("first_of_the_jobs_whose_name_has_exactly_sixty_three_characters"),
                job(
                    "second-of-the-jobs-whose-name-has-exactly-sixty-three-character",
                    "first_of_the_jobs_whose_name_has_exactly_sixty_three_characters"),
                job("third", "first_of_the_jobs_whose_name_has_exactly_sixty_three_characters"),
                job(
                    "last",
                    "third",
                    "second-of-the-jobs-whose-name-has-exactly-sixty-three-character")),
            new DagContext(
                "com.example.a.rather.long.group.id.of.some.company.department.and.team",
                "an-artifact-id-that-is-longer-than-what-a-label-of-kubernetes-can-hold",
                "2026.11.21-with-a-qualifier-that-does-not-end-before-the-line-does-20261121",
                "an-environment-with-a-long-name",
                new DagIdPattern("data-platform.{workflow}.{env}"),
                "localhost:5000/a/b@sha256:" + "0123456789abcdef".repeat(4),
                new SourceRevision("4b825dc642cb6eb9a060e54bf8d69288fbee4904", false),
                "0.1.0")),
        new Case(
            "documented",
            new WorkflowSpec(
                "documented",
                "com.example.Documented",
                "Counts the words of yesterday's articles and keeps the hundred most frequent ones",
                """
                # Word count

                Reads the articles of a day, counts their words and writes the hundred most frequent ones to a table.

                | table | content |
                |---|---|
                | `words` | one row per word and day |

                Run it again for a day by *clearing* the run. See [the handbook](https://example.com/handbook/word-count).
                """,
                "team-articles",
                new ScheduleSpec.Cron("30 4 * * 1-5", "UTC"),
                ZonedDateTime.parse("2025-06-01T12:30:15.25Z"),
                true,
                false,
                false,
                2,
                List.of("articles", "words"),
                List.of(
                    new TaskSpec.Job(
                        "count",
                        TaskSpec.Settings.of(
                            List.of(),
                            "Counts.\n",
                            RETRY,
                            Duration.ofSeconds(5_400).plusMillis(500),
                            null),
                        null,
                        List.of())))),
        new Case(
            "operators",
            workflow(
                "operators",
                operator(
                    "KubernetesPodOperator",
                    "com.example.operators.NastyOperator",
                    nastyArguments(),
                    List.of("never@p.iam.gserviceaccount.com")),
                operator(
                    "same_name",
                    "com.example.other_operators.NastyOperator",
                    Map.of(),
                    null,
                    "KubernetesPodOperator"),
                operator(
                    "same_module",
                    "com.example.operators.AnotherOperatorWithSuchALongNameThatTheImportBreaks",
                    Map.of(),
                    null,
                    "KubernetesPodOperator"))),
        new Case(
            "operators-and-pods",
            workflow(
                "operators-and-pods",
                job("first"),
                operator(
                    "second",
                    "airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator",
                    queryArguments(),
                    List.of("a@p.iam.gserviceaccount.com", "b@p.iam.gserviceaccount.com"),
                    "first"))),
        new Case(
            "scheduling",
            workflow(
                "scheduling",
                operator(
                    "choose",
                    "airflow.operators.python.BranchPythonOperator",
                    Map.of("python_callable", new ArgumentSpec.Function("str.split")),
                    null),
                scheduled(job("load", "choose"), "all_success", "tables", "big.pool", 2),
                scheduled(
                    operator(
                        "load-all",
                        "airflow.providers.standard.operators.empty.EmptyOperator",
                        Map.of(),
                        null,
                        "choose"),
                    "all_success",
                    "tables",
                    null,
                    1),
                scheduled(
                    job("str", "load", "load-all"),
                    "one_failed",
                    "report-" + "x".repeat(50),
                    "p",
                    1),
                scheduled(job("group_tables", "str"), "all_done", null, null, 1))),
        new Case(
            "parameters",
            with(
                workflow(
                    "parameters",
                    new ScheduleSpec.Manual(),
                    operator(
                        "wait",
                        "airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor",
                        new TreeMap<>(
                            Map.of(
                                "bucket",
                                new ArgumentSpec.Text("raw"),
                                "deferrable",
                                new ArgumentSpec.Bool(true),
                                "object",
                                new ArgumentSpec.Template(
                                    List.of(
                                        new ArgumentSpec.LiteralPart("trips/"),
                                        new ArgumentSpec.ParameterPart("raw_path"))))),
                        null),
                    job("Param", "wait")),
                new ParameterSpec(
                    "raw_path",
                    ParameterSpec.Type.TEXT,
                    null,
                    "Where it's \"raw\": gs://…",
                    List.of()),
                new ParameterSpec("limit", ParameterSpec.Type.INTEGER, "10", null, List.of()),
                new ParameterSpec("share", ParameterSpec.Type.DECIMAL, "0.50", null, List.of()),
                new ParameterSpec("all", ParameterSpec.Type.FLAG, "false", null, List.of()),
                new ParameterSpec("day", ParameterSpec.Type.DATE, "2026-01-31", null, List.of()),
                new ParameterSpec(
                    "mode",
                    ParameterSpec.Type.TEXT,
                    "{{ 1 }}",
                    "d".repeat(90),
                    List.of("{{ 1 }}", "it's", "x".repeat(60))))),
        new Case(
            "waiting",
            within(
                Duration.ofHours(12),
                workflow(
                    "waiting",
                    operator(
                        "wait",
                        "airflow.providers.standard.sensors.external_task.ExternalTaskSensor",
                        new TreeMap<>(
                            Map.of(
                                "external_dag_id",
                                new ArgumentSpec.Template(
                                    List.of(new ArgumentSpec.DagIdPart("sales"))),
                                "failed_states",
                                new ArgumentSpec.Items(List.of(new ArgumentSpec.Text("failed"))))),
                        null),
                    operator(
                        "go_on",
                        "airflow.providers.standard.operators.empty.EmptyOperator",
                        Map.of(),
                        null,
                        "wait")))),
        new Case(
            "parameters-scheduled",
            with(
                workflow("parameters-scheduled", job("only")),
                new ParameterSpec(
                    "level", ParameterSpec.Type.INTEGER, "1", null, List.of("1", "2")))),
        new Case(
            "env-variable",
            workflow("env-variable", job("first"), job("second", "first")),
            withVariable("bigflow_env")),
        new Case(
            "no-repository",
            workflow("no-repository", job("only")),
            new DagContext(
                "com.example",
                "demo",
                "1.0.0",
                "prod",
                new DagIdPattern("{workflow}"),
                "r.io/x@sha256:" + "0".repeat(64),
                SourceRevision.NONE,
                "0.1.0")));
  }

  /** Each kind of value, at its worst. */
  private static Map<String, ArgumentSpec> nastyArguments() {
    Map<String, ArgumentSpec> all = new LinkedHashMap<>();
    all.put("nothing", new ArgumentSpec.None());
    all.put("flag", new ArgumentSpec.Bool(true));
    all.put("count", new ArgumentSpec.Whole(Long.MIN_VALUE));
    all.put("share", new ArgumentSpec.Decimal(new BigDecimal("-0.10")));
    all.put("huge", new ArgumentSpec.Decimal(new BigDecimal("1E+20")));
    all.put("text", literally("{{ 7 * 7 }} {% raw %} {# x #} '''\" \"\"\" \\ end.sql"));
    all.put("plain", new ArgumentSpec.Text("daily.sql\n"));
    all.put("sql", literally("SELECT 1\r\nFROM `a`\n"));
    all.put(
        "template",
        new ArgumentSpec.Template(
            List.of(
                new ArgumentSpec.LiteralPart("a {"),
                new ArgumentSpec.RuntimePart("%Y-%m-%d '%H'"),
                new ArgumentSpec.JinjaPart("{{ run_id }}"),
                new ArgumentSpec.LiteralPart(".json"))));
    all.put("time", new ArgumentSpec.Time(START));
    all.put("span", new ArgumentSpec.Span(Duration.ofMinutes(90)));
    all.put(
        "items",
        new ArgumentSpec.Items(
            List.of(new ArgumentSpec.Text("x".repeat(90)), new ArgumentSpec.Whole(1))));
    all.put(
        "entries",
        new ArgumentSpec.Entries(
            Map.of("key \"with\" {{ braces }}", new ArgumentSpec.Items(List.of()))));
    return all;
  }

  private static ArgumentSpec literally(String text) {
    return new ArgumentSpec.Template(List.of(new ArgumentSpec.LiteralPart(text)));
  }

  private static Map<String, ArgumentSpec> queryArguments() {
    Map<String, ArgumentSpec> query = new LinkedHashMap<>();
    query.put(
        "query",
        new ArgumentSpec.Template(
            List.of(
                new ArgumentSpec.LiteralPart("SELECT *\nFROM `p.d.t`\nWHERE at > '"),
                new ArgumentSpec.RuntimePart("%Y-%m-%d %H:%M:%S"),
                new ArgumentSpec.LiteralPart("'\n"))));
    query.put("useLegacySql", new ArgumentSpec.Bool(false));
    Map<String, ArgumentSpec> all = new LinkedHashMap<>();
    all.put(
        "configuration",
        new ArgumentSpec.Entries(Map.of("query", new ArgumentSpec.Entries(query))));
    all.put("deferrable", new ArgumentSpec.Bool(true));
    return all;
  }

  private static DagContext withVariable(String name) {
    DagContext c = CONTEXT;
    return new DagContext(
        c.groupId(),
        c.artifactId(),
        c.version(),
        c.env(),
        c.dagIds(),
        c.image(),
        c.revision(),
        c.toolVersion(),
        name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bigflow_env", "team-a.env", "0", "GET", "variable"})
  void theVariableIsReadBySubscript(String name) {
    String text = generator.generate(workflow("x", job("a")), withVariable(name)).text();

    assertThat(text)
        .containsOnlyOnce("\nENV = '{{ var.value[\"" + name + "\"] }}'\n")
        .contains("            \"--env\",\n            ENV,\n")
        .doesNotContain("\"--env\",\n            \"dev\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "_x", "get", "var", "a b", "x\"] }} {{ y", "a'b", "a\\b", "ą", "a\n", "{{x}}"})
  void aNameThatIsNotSafeInATemplateIsRefused(String name) {
    assertThatThrownBy(() -> withVariable(name))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            "'"
                + name
                + "' cannot be the name of the Airflow variable with the environment.\n"
                + "  where: bigflow.envVariable\n"
                + "  fix:   Use letters, digits, '_', '.' and '-', starting with a letter or digit,"
                + " at most 250 characters, and neither 'get' nor 'var'; for example"
                + " -Dbigflow.envVariable=bigflow_env.");
    assertThatThrownBy(() -> withVariable("x".repeat(251))).isInstanceOf(BigflowException.class);
    assertThat(withVariable("x".repeat(250)).envVariable()).hasSize(250);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textIsTheGoldenFile(Case testCase) throws IOException {
    DagFile file = generator.generate(testCase.workflow, testCase.context);

    Path golden = GOLDEN.resolve(testCase.name + ".py");
    if (UPDATE) {
      Files.writeString(golden, file.text());
    }
    assertThat(file.text()).isEqualTo(Files.readString(golden));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noLineIsTooLongAndNoTextEscapes(Case testCase) {
    String text = generator.generate(testCase.workflow, testCase.context).text();

    assertThat(text.lines())
        .allSatisfy(
            line -> {
              String code = line.replace("  # noqa: AIR001", "");
              assertThat(PythonLiteral.width(code)).isLessThanOrEqualTo(PythonLiteral.LINE);
              assertThat(line).isEqualTo(line.stripTrailing());
            });
    assertThat(text).endsWith("\n").doesNotEndWith("\n\n").doesNotContain("\r", "\t");
  }

  @Test
  void pathAndDagIdFollowFromProjectAndEnvironment() {
    DagFile file = generator.generate(workflow("hello", job("a")), CONTEXT);

    assertThat(file.path()).isEqualTo("dags/com.example.demo/dev/hello.py");
    assertThat(file.dagId()).isEqualTo("hello__dev");
    assertThat(file.workflow()).isEqualTo("hello");
  }

  @Test
  void streamingJobsAreListedUnlessAVariableSaysTheirEnvironment() {
    TaskSpec.Job plain = (TaskSpec.Job) job("keep");
    TaskSpec streaming =
        new TaskSpec.Job(
            "keep",
            plain.settings(),
            null,
            List.of(),
            new TaskSpec.Streaming("x-keep-dev-01234567", "p", null));
    DagFile file = generator.generate(workflow("x", job("a"), streaming), CONTEXT);

    assertThat(file.streaming())
        .containsExactly(new BuiltDags.Streaming("keep", "x-keep-dev-01234567", "p", null));
    assertThat(file.text())
        .isEqualTo(generator.generate(workflow("x", job("a"), plain), CONTEXT).text());
    assertThat(generator.generate(workflow("x", streaming), withVariable("env")).streaming())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void buildTagIsTheHashOfTheFileWithoutIt(Case testCase) throws Exception {
    DagFile file = generator.generate(testCase.workflow, testCase.context);

    assertThat(file.buildTag()).matches("bigflow-build:[0-9a-f]{12}");
    assertThat(file.text()).containsOnlyOnce('"' + file.buildTag() + '"');
    // Whatever the list's layout was without the tag, it is one of these two.
    String tag = '"' + file.buildTag() + '"';
    List<String> without =
        List.of(
            file.text().replace(", " + tag, ""),
            file.text().replace("        " + tag + ",\n", ""),
            onOneLine(file.text().replace("        " + tag + ",\n", "")));
    assertThat(without)
        .extracting(text -> DagFile.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 12))
        .contains(file.buildTag().substring("bigflow-build:".length()));
  }

  private static String onOneLine(String text) {
    int start = text.indexOf("    tags=[\n");
    if (start < 0) {
      return text;
    }
    int end = text.indexOf("\n    ],\n", start);
    String list = text.substring(start, end).replaceAll(",\n\\s*", ", ").replaceAll("\n\\s*", "");
    return text.substring(0, start)
        + list.replaceFirst(",$", "")
        + text.substring(end).replaceFirst("\n    ],\n", "],\n");
  }

  static Stream<DagContext> otherContexts() {
    DagContext c = CONTEXT;
    SourceRevision revision = c.revision();
    String image = "r.io/x@sha256:" + "0".repeat(64);
    return Stream.of(
        context("2.0.0", c.image(), revision, c.toolVersion()),
        context(c.version(), image, revision, c.toolVersion()),
        context(c.version(), c.image(), SourceRevision.NONE, c.toolVersion()),
        context(
            c.version(),
            c.image(),
            new SourceRevision(revision.commit(), !revision.dirty()),
            c.toolVersion()),
        context(c.version(), c.image(), revision, c.toolVersion() + "-other"));
  }

  private static DagContext context(
      String version, String image, SourceRevision revision, String toolVersion) {
    DagContext c = CONTEXT;
    return new DagContext(
        c.groupId(), c.artifactId(), version, c.env(), c.dagIds(), image, revision, toolVersion);
  }

  @ParameterizedTest
  @MethodSource("otherContexts")
  void buildTagChangesWithWhateverTheFileHolds(DagContext other) {
    WorkflowSpec hello = workflow("hello", job("a"));
    String tag = generator.generate(hello, CONTEXT).buildTag();

    assertThat(generator.generate(hello, CONTEXT).buildTag()).isEqualTo(tag);
    assertThat(generator.generate(hello, other).buildTag()).isNotEqualTo(tag);
    assertThat(generator.generate(workflow("hello", job("b")), CONTEXT).buildTag())
        .isNotEqualTo(tag);
  }

  @Test
  void refusesWhatTheValidationShouldHaveFound() {
    assertThatThrownBy(() -> generator.generate(workflow("{{ x }}", job("a")), CONTEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'{{ x }}' is no legal id");
    assertThatThrownBy(() -> generator.generate(workflow("x", job("a.b")), CONTEXT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> generator.generate(workflow("x"), CONTEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Workflow 'x' has no task");
  }
}
