// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import example.HelloWorkflow;
import example.Jobs;
import io.bigflow.ProjectDirectory;
import io.bigflow.spec.JobConfigSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

  @TempDir private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Runnable> shutdownHooks = new ArrayList<>();
  private ProjectDirectory project = new ProjectDirectory(folder);

  static final WorkflowIndex INDEX =
      new WorkflowIndex(
          SpecJson.FORMAT_VERSION,
          "com.acme:demo",
          "1.2.3",
          List.of("dev", "prod"),
          List.of(
              new WorkflowIndex.Entry(
                  "broken", "example.Broken$ConstructorThrows", List.of("never")),
              new WorkflowIndex.Entry(
                  "hello", HelloWorkflow.class.getName(), List.of("say_hello", "say_goodbye")),
              new WorkflowIndex.Entry(
                  "jobs",
                  Jobs.class.getName(),
                  List.of("ok", "fails", "dies", "misconfigured", "refuses", "exits", "waits"))));

  @BeforeEach
  void writeProject() {
    Jobs.CONTEXTS.clear();
    project =
        new ProjectDirectory(folder)
            .with(WorkflowIndex.RESOURCE, SpecJson.write(INDEX))
            .with("application.properties", "greeting=hello ${bigflow.env}");
  }

  @Test
  void aJobLearnsAllAboutItsRun() {
    assertThat(
            run(
                "run",
                "--job=jobs.ok",
                "--runtime=2026-01-01T01:30:00.5+01:00",
                "--env=dev",
                "--run-id=scheduled__2026-01-01T00:30:00+00:00",
                "--conf={\"path\": \"gs://b/f\", \"n\": [1, {\"deep\": null}]}",
                "--image=europe-west1-docker.pkg.dev/p/r/jobs@sha256:0123"))
        .isEqualTo(0);
    JobContext context = Jobs.CONTEXTS.get(0);
    assertThat(context.workflow()).isEqualTo("jobs");
    assertThat(context.job()).isEqualTo("ok");
    assertThat(context.runtime())
        .isEqualTo(ZonedDateTime.of(2026, 1, 1, 0, 30, 0, 500_000_000, ZoneOffset.UTC));
    assertThat(context.env()).isEqualTo("dev");
    assertThat(context.runId()).isEqualTo("scheduled__2026-01-01T00:30:00+00:00");
    assertThat(context.image()).contains("europe-west1-docker.pkg.dev/p/r/jobs@sha256:0123");
    assertThat(context.version()).isEqualTo("1.2.3");
    assertThat(context.config().get("greeting")).isEqualTo("hello dev");
    assertThat(context.conf()).containsEntry("path", "gs://b/f").containsKey("n");
    assertThatThrownBy(() -> context.conf().put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> requireNonNull((List<?>) context.conf().get("n")).clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(context.toString()).doesNotContain("gs://b/f");
  }

  @Test
  void whatIsNotGivenHasADefault() {
    assertThat(run("run", "--job", "jobs.ok", "--runtime", "2026-01-01", "--env", "prod"))
        .isEqualTo(0);
    JobContext context = Jobs.CONTEXTS.get(0);
    assertThat(context.runId()).isEqualTo("manual__2026-01-01T00:00:00Z");
    assertThat(context.image()).isEmpty();
    assertThat(context.conf()).isEmpty();
  }

  @Test
  void parametersOfTheWorkflowAreCheckedBeforeTheJobStarts() {
    project.with(
        WorkflowIndex.RESOURCE,
        SpecJson.write(
            new WorkflowIndex(
                SpecJson.FORMAT_VERSION,
                "com.acme:demo",
                "1.2.3",
                List.of("dev"),
                List.of(
                    new WorkflowIndex.Entry(
                        "average_speed",
                        "io.bigflow.workflow.ParameterTest$AverageSpeedWorkflow",
                        List.of("count"))))));
    String[] start = {"run", "--job=average_speed.count", "--runtime=2026-01-01", "--env=dev"};
    assertThat(run(with(start, "--conf={\"limit\": \"ten\"}"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("--conf does not fit the parameters of workflow 'average_speed'")
        .contains("Parameter 'raw_path' is missing. Give a text: {\"raw_path\": \"…\"}")
        .contains("Parameter 'limit' is a text, not a whole number. Write {\"limit\": 10}");
    assertThat(run(start)).isEqualTo(2);
    // Something that is no parameter may be for somebody else.
    assertThat(run(with(start, "--conf={\"raw_path\": \"x\", \"other\": 1}"))).isEqualTo(0);
  }

  private static String[] with(String[] arguments, String last) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = last;
    return all;
  }

  @Test
  void variablesOfTheSystemReachTheConfiguration() {
    new Launcher(
            project.loader(),
            Map.of("GREETING", "from outside"),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            shutdownHooks::add)
        .run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=dev");
    assertThat(Jobs.CONTEXTS.get(0).config().get("greeting")).isEqualTo("from outside");
  }

  @Test
  void theJobLearnsAsWhomItIsToAct() {
    String account = "jobs@sales-dev.iam.gserviceaccount.com";
    project.with("application-dev.properties", "bigflow.impersonateServiceAccount=" + account);
    assertThat(run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=dev")).isEqualTo(0);
    assertThat(run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=prod")).isEqualTo(0);
    assertThat(Jobs.CONTEXTS.get(0).impersonation()).contains(Impersonation.parse(account));
    assertThat(Jobs.CONTEXTS.get(0)).asString().endsWith(" as=" + account);
    assertThat(Jobs.CONTEXTS.get(1).impersonation()).isEmpty();
    assertThat(Jobs.CONTEXTS.get(1)).asString().doesNotContain(" as=");
  }

  @Test
  void anAccountThatIsNoneEndsWith2BeforeTheJobStarts() {
    project.with("application-dev.properties", "bigflow.impersonateServiceAccount=me@gmail.com");
    assertThat(run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=dev")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'me@gmail.com' in application-dev.properties:1 is no e-mail address of a");
    assertThat(Jobs.CONTEXTS).isEmpty();
  }

  @Test
  void aFailedJobEndsWith1() {
    assertThat(run("run", "--job=jobs.fails", "--runtime=2026-01-01", "--env=dev")).isEqualTo(1);
    assertThat(run("run", "--job=jobs.dies", "--runtime=2026-01-01", "--env=dev")).isEqualTo(1);
  }

  @Test
  void aConfigurationThatCannotWorkEndsWith2() {
    assertThat(run("run", "--job=jobs.misconfigured", "--runtime=2026-01-01", "--env=dev"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("Configuration key 'no.such.key' has no value");
    assertThat(run("run", "--job=jobs.refuses", "--runtime=2026-01-01", "--env=dev")).isEqualTo(2);
    assertThat(err.toString()).contains("The bucket is not set. Set it.");
    assertThat(run("run", "--job=broken.never", "--runtime=2026-01-01", "--env=dev")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Cannot declare workflow 'broken'")
        .contains("no network here")
        .contains("Broken.java:");
  }

  @Test
  void aJobWithoutATemplateIsNotStartedFromOne() {
    assertThat(
            run(
                "run",
                "--job=jobs.ok",
                "--runtime=2026-01-01",
                "--env=dev",
                "--template=gs://bucket/template"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "Job 'jobs.ok' has no template. Make it a BeamTemplate, or leave --template out.");
    assertThat(Jobs.CONTEXTS).isEmpty();
  }

  @Test
  void anUnknownJobIsAnsweredWithTheKnownOnes() {
    assertRefused(
        "'helo.say_hello'",
        "Did you mean 'hello.say_hello'?",
        "--job=helo.say_hello",
        "--runtime=2026-01-01",
        "--env=dev");
    assertThat(err.toString()).contains("hello.say_goodbye, jobs.ok");
    assertRefused(
        "'hello' does not name a job as <workflow>.<job>",
        "Known jobs",
        "--job=hello",
        "--runtime=2026-01-01",
        "--env=dev");
    assertRefused(
        "Workflow 'hello' has no job 'say_helo' in environment 'dev'",
        "Did you mean 'say_hello'?",
        "--job=hello.say_helo",
        "--runtime=2026-01-01",
        "--env=dev");
  }

  @Test
  void theWorkflowItselfKnowsWhichJobsAnEnvironmentHas() {
    assertThat(run("run", "--job=jobs.prod_only", "--runtime=2026-01-01", "--env=prod"))
        .isEqualTo(0);
    assertRefused(
        "has no job 'prod_only' in environment 'dev'",
        "Its jobs: ok, fails",
        "--job=jobs.prod_only",
        "--runtime=2026-01-01",
        "--env=dev");
  }

  @Test
  void anUnknownEnvironmentIsAnsweredWithTheKnownOnes() {
    assertRefused(
        "Unknown environment 'prdo'. Did you mean 'prod'?",
        "Known environments: dev, prod",
        "--job=jobs.ok",
        "--runtime=2026-01-01",
        "--env=prdo");
    assertRefused(
        "'Dev' is not a name of an environment",
        "lower-case",
        "--job=jobs.ok",
        "--runtime=2026-01-01",
        "--env=Dev");
    project.with(
        WorkflowIndex.RESOURCE,
        SpecJson.write(
            new WorkflowIndex(1, INDEX.project(), INDEX.version(), List.of(), INDEX.workflows())));
    assertThat(run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=any")).isEqualTo(0);
  }

  @Test
  void unusableValuesAreRefused() {
    assertRefused(
        "'yesterday' is not a runtime",
        "2026-01-01",
        "--job=jobs.ok",
        "--runtime=yesterday",
        "--env=dev");
    for (String conf : List.of("[1]", "\"text\"", "null", "")) {
      assertRefused(
          "--conf is not a JSON object",
          "Write it like",
          "--job=jobs.ok",
          "--runtime=2026-01-01",
          "--env=dev",
          "--conf=" + conf);
    }
    for (String conf : List.of("{hunter2", "{\"a\":1} hunter2", "{\"a\":\"hunter2\",\"a\":2}")) {
      assertRefused(
          "--conf is not JSON",
          "Write it like",
          "--job=jobs.ok",
          "--runtime=2026-01-01",
          "--env=dev",
          "--conf",
          conf);
      assertThat(err.toString()).doesNotContain("hunter2");
    }
    assertRefused(
        "--run-id",
        "control",
        "--job=jobs.ok",
        "--runtime=2026-01-01",
        "--env=dev",
        "--run-id=a\nb");
    assertThat(Jobs.CONTEXTS).isEmpty();
  }

  @Test
  void wrongUsageEndsWith2AndShowsTheUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Usage:").contains("jobs").contains("run");
    assertThat(run("run", "--job=jobs.ok")).isEqualTo(2);
    assertThat(err.toString()).contains("--runtime");
    assertThat(run("rum")).isEqualTo(2);
    assertThat(run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=dev", "--bad"))
        .isEqualTo(2);
    assertThat(Jobs.CONTEXTS).isEmpty();
  }

  @Test
  void helpVersionAndListGoToStandardOutput() {
    assertThat(run("--help")).isEqualTo(0);
    assertThat(run("run", "--help")).isEqualTo(0);
    assertThat(out.toString()).contains("--job=WORKFLOW.JOB").contains("--conf=JSON");
    assertThat(run("--version")).isEqualTo(0);
    assertThat(run("run", "--version")).isEqualTo(0);
    assertThat(out.toString()).containsPattern("BigFlow \\d+\\.\\d+.*\nBigFlow \\d+\\.\\d+");
    assertThat(run("jobs")).isEqualTo(0);
    assertThat(out.toString())
        .contains("com.acme:demo 1.2.3")
        .contains("hello (example.HelloWorkflow)\n  hello.say_hello\n  hello.say_goodbye\n")
        .contains("environments: dev, prod");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theConfigurationIsShownWithoutSecrets() {
    project.with(
        "application-dev.properties",
        "db.password=hunter2",
        "db.url=jdbc:x://u:${db.password}@h/${bigflow.env}",
        "db.host=h");
    Launcher launcher =
        new Launcher(
            project.loader(),
            Map.of("DB_HOST", "s3cr3t"),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            shutdownHooks::add);
    assertThat(launcher.run("config", "--env=dev")).isEqualTo(0);
    assertThat(out)
        .hasToString(
            """
            bigflow.env = dev  # the environment
            db.host = (not shown)  # the operating system's variable DB_HOST
            db.password = (not shown)  # application-dev.properties:1
            db.url = jdbc:x://u:${db.password}@h/${bigflow.env}  # application-dev.properties:2,\
             not evaluated because of what is not shown
            greeting = hello dev  # application.properties:1
            """);
  }

  @Test
  void theConfigurationIsWrittenAsJson() throws Exception {
    Path file = folder.resolve("made/config.json");
    project.with("application-dev.properties", "greeting=s3cr3t is no key");
    assertThat(
            new Launcher(
                    project.loader(),
                    Map.of("GREETING", "from outside"),
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    shutdownHooks::add)
                .run("config", "--env=dev", "--no-variables", "--output=" + file))
        .isEqualTo(0);
    assertThat(out.toString()).isEmpty();
    assertThat(file)
        .hasContent(
            """
            {
              "formatVersion" : 1,
              "env" : "dev",
              "files" : [
                "application-dev.properties",
                "application.properties"
              ],
              "entries" : [
                {
                  "key" : "bigflow.env",
                  "value" : "dev",
                  "origin" : "the environment",
                  "hidden" : false
                },
                {
                  "key" : "greeting",
                  "value" : "s3cr3t is no key",
                  "origin" : "application-dev.properties:1",
                  "hidden" : false
                }
              ]
            }
            """);
    assertThat(SpecJson.read(file, JobConfigSpec.class).entries()).hasSize(2);
  }

  @Test
  void theConfigurationOfAnUnknownEnvironmentIsRefused() {
    assertThat(run("config", "--env=prdo")).isEqualTo(2);
    assertThat(err.toString()).contains("Unknown environment 'prdo'. Did you mean 'prod'?");
    assertThat(run("config", "--env=Dev!")).isEqualTo(2);
    assertThat(err.toString()).contains("'Dev!' is not a name of an environment");
    // Before the first build there is no index; the files alone say what there is.
    assertThat(
            new Launcher(
                    LauncherTest.class.getClassLoader(),
                    Map.of(),
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    shutdownHooks::add)
                .run("config", "--env=any"))
        .isEqualTo(0);
    assertThat(out.toString()).contains("bigflow.env = any  # the environment");
  }

  @Test
  void aMissingOrForeignIndexIsExplained() {
    project.with(WorkflowIndex.RESOURCE, "{\"formatVersion\": 99}");
    assertThat(run("jobs")).isEqualTo(2);
    assertThat(err.toString()).contains("format 99").contains("reads format 1");
    Launcher bare =
        new Launcher(
            LauncherTest.class.getClassLoader(),
            Map.of(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            shutdownHooks::add);
    assertThat(bare.run("jobs")).isEqualTo(2);
    assertThat(err.toString()).contains("There is no META-INF/bigflow/workflows.json");
  }

  @Test
  void theShutdownHookDoesNothingOnceTheJobIsOver() {
    run("run", "--job=jobs.ok", "--runtime=2026-01-01", "--env=dev");
    assertThat(shutdownHooks).hasSize(1);
    shutdownHooks.get(0).run();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private void assertRefused(String problem, String fix, String... options) {
    List<String> args = new ArrayList<>(List.of("run"));
    args.addAll(List.of(options));
    assertThat(run(args.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).contains(problem).contains(fix).doesNotContain("\tat ");
  }

  private int run(String... args) {
    err.getBuffer().setLength(0);
    return new Launcher(
            project.loader(),
            Map.of(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            shutdownHooks::add)
        .run(args);
  }
}
