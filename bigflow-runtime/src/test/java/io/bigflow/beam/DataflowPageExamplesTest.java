// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.operators.DataflowOperators;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/dataflow.md, which DataflowPageTest compares with these. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DataflowPageExamplesTest {

  private FakeDataflow dataflow;
  private Path folder;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    dataflow = new FakeDataflow();
    folder = temporary;
  }

  @AfterEach
  void stop() {
    dataflow.close();
  }

  /** Counts words. */
  static final class WordCount implements PipelineDefinition {
    @Override
    public void define(Pipeline pipeline, JobContext context) {
      pipeline
          .apply(TextIO.read().from(context.config().get("wordcount.input")))
          .apply(
              FlatMapElements.into(TypeDescriptors.strings())
                  .via((String line) -> Arrays.asList(line.toLowerCase(Locale.ROOT).split("\\W+"))))
          .apply(Count.perElement())
          .apply(
              MapElements.into(TypeDescriptors.strings())
                  .via(count -> count.getKey() + ": " + count.getValue()))
          .apply(TextIO.write().to(context.config().get("wordcount.output")).withoutSharding());
    }
  }

  /** The workflow of the page. */
  public static final class WordCountWorkflow implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("wordcount")
          .task(
              Task.job(
                  "count_words",
                  BeamJob.of(new WordCount())
                      .configuredBy("wordcount")
                      .timeout(Duration.ofHours(2))))
          .build();
    }
  }

  /** Its own options. */
  public interface SalesOptions extends PipelineOptions {
    /** How many rows a bundle has. */
    @Default.Integer(500)
    Integer getBundleRows();

    /** How many rows a bundle has. */
    void setBundleRows(Integer value);
  }

  /** What each run says. */
  public interface CountOptions extends PipelineOptions {
    ValueProvider<String> getInput();

    void setInput(ValueProvider<String> input);
  }

  @Test
  void aTemplateIsStartedByAirflow() throws Exception {
    Job job =
        BeamTemplate.of(
                (pipeline, context) ->
                    pipeline.apply(
                        TextIO.read()
                            .from(pipeline.getOptions().as(CountOptions.class).getInput())))
            .options(CountOptions.class)
            .parameter("input", Template.join("gs://acme-texts/", Template.runtime("%Y-%m-%d")));
    BeamTemplate template = (BeamTemplate) job;
    JobConfig config = BeamRun.on(dataflow).context().config();
    Operator operator =
        template
            .operator(new OperatorContext("w", "t", "dev", Duration.ofHours(1), false, config))
            .orElseThrow();
    assertThat(operator.className()).endsWith(".DataflowTemplatedJobStartOperator");
    template.stage(
        new TemplateContext(
            "w", "t", "dev", "1", BeamRun.IMAGE, config, "gs://my-project-dataflow/x", folder));
    assertThat(folder.resolve("template")).exists();
    assertThat(dataflow.requests("POST")).isEmpty();
    assertThat(dataflow.requests("GET")).isEmpty();
  }

  /** What each run of a Flex template says. */
  public interface ReportOptions extends PipelineOptions {
    String getDay();

    void setDay(String day);

    boolean isDetailed();

    void setDetailed(boolean detailed);
  }

  @Test
  void aFlexTemplateIsMadeByTheBuildAndStartedByAirflow() throws Exception {
    Job job =
        BeamTemplate.of(
                (pipeline, context) -> {
                  ReportOptions run = pipeline.getOptions().as(ReportOptions.class);
                  PCollection<String> lines =
                      pipeline.apply(TextIO.read().from("gs://acme-texts/" + run.getDay()));
                  if (run.isDetailed()) {
                    lines = lines.apply(Filter.by(line -> !line.isBlank()));
                  }
                  lines.apply(TextIO.write().to("gs://acme-reports/" + run.getDay()));
                })
            .options(ReportOptions.class)
            .parameter("day", Template.runtime("%Y-%m-%d"))
            .parameter("detailed", "true")
            .flex();
    BeamTemplate template = (BeamTemplate) job;
    JobConfig config = BeamRun.on(dataflow).context().config();
    Operator operator =
        template
            .operator(new OperatorContext("w", "t", "dev", Duration.ofHours(1), false, config))
            .orElseThrow();
    assertThat(operator.className()).endsWith(".DataflowStartFlexTemplateOperator");
    template.stage(
        new TemplateContext(
            "w", "t", "dev", "1", BeamRun.IMAGE, config, "gs://my-project-dataflow/x", folder));
    assertThat(folder.resolve("template")).content().contains(BeamRun.IMAGE);
    Path pipeline = folder.resolve("job_object");
    template.launch(
        new LaunchContext(
            "w",
            "t",
            "dev",
            "1",
            BeamRun.IMAGE,
            config,
            List.of(
                "--templateLocation=" + pipeline,
                "--tempLocation=gs://my-project-dataflow/temp",
                "--day=2026-01-31",
                "--detailed=true")));
    assertThat(pipeline).content().contains("2026-01-31");
    assertThat(dataflow.requests("POST")).isEmpty();
  }

  @Test
  void aFlexTemplateOfAnotherProjectIsStartedByItsOperator() {
    Operator flex =
        DataflowOperators.startFlexTemplate(
            "acme-data",
            "europe-west1",
            Map.of(
                "launchParameter",
                Map.of(
                    "jobName",
                    Template.join("flex-", Template.runtime("%Y%m%d")),
                    "containerSpecGcsPath",
                    "gs://acme-dataflow/templates/flex.json")));
    assertThat(flex.arguments()).containsEntry("deferrable", true).containsKey("body");
  }

  @Test
  void aPipelineIsAJob() throws IOException {
    Path input = Files.writeString(folder.resolve("text.txt"), "Ship ahoy, ship!");
    Path output = folder.resolve("counts.txt");
    WorkflowTester.of(new WordCountWorkflow())
        .config("wordcount.input", input.toString())
        .config("wordcount.output", output.toString())
        .run();
    assertThat(Files.readAllLines(output)).containsExactlyInAnyOrder("ship: 2", "ahoy: 1");
  }

  @Test
  void argumentsAreValuesOfJava() throws Exception {
    Path output = folder.resolve("greeting.txt");
    Job job = greeting("Hello", output.toString());
    job.execute(BeamRun.direct().context());
    assertThat(output).hasContent("Hello dev");
  }

  private static Job greeting(String word, String output) {
    return BeamJob.of(
        (pipeline, context) ->
            pipeline
                .apply(Create.of(word + " " + context.env()))
                .apply(TextIO.write().to(output).withoutSharding()));
  }

  @Test
  void optionsAreConfiguration() throws Exception {
    Job job = BeamJob.of(new Numbers()).configuredBy("wordcount");
    BeamRun run = BeamRun.on(dataflow);
    for (String line : DataflowPageTest.properties()) {
      String[] pair = line.split("=", 2);
      run = run.with(pair[0], pair[1]);
    }
    job.execute(run.context());
    JsonNode submitted = dataflow.requests("POST").get(0).body();
    assertThat(submitted.path("labels").path("team").asText()).isEqualTo("sales");
    JsonNode pool = submitted.path("environment").path("workerPools").get(0);
    assertThat(pool.path("machineType").asText()).isEqualTo("n2-standard-2");
    assertThat(pool.path("autoscalingSettings").path("maxNumWorkers").asInt()).isEqualTo(5);
    assertThat(pool.path("autoscalingSettings").path("algorithm").asText())
        .isEqualTo("AUTOSCALING_ALGORITHM_BASIC");
    assertThat(pool.path("ipConfiguration").asText()).isEqualTo("WORKER_IP_PRIVATE");
    assertThat(pool.path("subnetwork").asText())
        .isEqualTo("regions/europe-west1/subnetworks/bigflow");
    assertThat(submitted.path("environment").path("serviceAccountEmail").asText())
        .isEqualTo("bigflow-dataflow@my-project.iam.gserviceaccount.com");
  }

  /** Any batch pipeline. */
  static final class Numbers implements PipelineDefinition {
    @Override
    public void define(Pipeline pipeline, JobContext context) {
      pipeline.apply(Create.of(1, 2, 3));
    }
  }

  @Test
  void optionsMayBeCodeAndTyped() throws Exception {
    int[] seen = {0};
    Job job =
        BeamJob.of(
                (pipeline, context) -> {
                  int rows = pipeline.getOptions().as(SalesOptions.class).getBundleRows();
                  pipeline.apply(Create.of(rows));
                  seen[0] = rows;
                })
            .options(SalesOptions.class)
            .with("bundleRows", 100);
    job.execute(BeamRun.direct().context());
    assertThat(seen[0]).isEqualTo(100);
  }

  @Test
  void defaultsYieldToOptions() throws Exception {
    Job job =
        BeamJob.of(new Numbers())
            .with("sdkContainerImage", "europe-docker.pkg.dev/my-project/workers/gpu:1")
            .with("impersonateServiceAccount", "other@my-project.iam.gserviceaccount.com");
    job.execute(BeamRun.on(dataflow).context());
    assertThat(dataflow.requests("POST").get(0).body().toString())
        .contains("workers/gpu:1", "other@my-project")
        .doesNotContain(BeamRun.IMAGE);
  }

  @Test
  void aDetachedPipelineIsNotWaitedFor() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    Job job = BeamJob.of(new Numbers()).detached();
    job.execute(BeamRun.on(dataflow).context());
    assertThat(dataflow.jobs().get(0).path("currentState").asText()).isEqualTo("JOB_STATE_RUNNING");
  }

  @Test
  void aTimeoutCancelsThePipeline() {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    BeamJob job = BeamJob.of(new Numbers());
    assertThatExceptionOfType(BeamJobException.class)
        .isThrownBy(
            () -> job.timeout(Duration.ofSeconds(1)).execute(BeamRun.on(dataflow).context()));
    assertThat(dataflow.jobs().get(0).path("currentState").asText())
        .isEqualTo("JOB_STATE_CANCELLED");
  }

  @Test
  void aPipelineIsTestedLikeAnyOther() throws IOException {
    Path input = Files.writeString(folder.resolve("text.txt"), "ship");
    Path output = folder.resolve("counts.txt");
    JobContext context =
        BeamRun.direct()
            .with("wordcount.input", input.toString())
            .with("wordcount.output", output.toString())
            .context();
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    new WordCount().define(pipeline, context);
    pipeline.run().waitUntilFinish();
    assertThat(output).hasContent("ship: 1");
  }

  @Test
  void workersRunTheProjectsImage() throws Exception {
    BeamJob.of(new Numbers()).execute(BeamRun.on(dataflow).context());
    JsonNode pool =
        dataflow.requests("POST").get(0).body().path("environment").path("workerPools").get(0);
    assertThat(pool.path("sdkHarnessContainerImages").findValuesAsText("containerImage"))
        .containsOnly(BeamRun.IMAGE);
    assertThat(pool.path("packages").toString()).doesNotContain(".jar");
  }

  @Test
  void jobsHaveNamesAndLabels() throws Exception {
    BeamJob.of(new Numbers()).execute(BeamRun.on(dataflow).context());
    JsonNode submitted = dataflow.requests("POST").get(0).body();
    assertThat(submitted.path("name").asText()).startsWith("sales-count-words-dev-");
    assertThat(submitted.path("labels").fieldNames())
        .toIterable()
        .contains(
            "bigflow-workflow",
            "bigflow-job",
            "bigflow-env",
            "bigflow-run",
            "bigflow-version",
            "bigflow-build");
  }

  @Test
  void aStreamingPipelineIsKeptAtWhatIsDeployed() throws Exception {
    dataflow.newJobsBecome("JOB_STATE_RUNNING");
    Job job =
        BeamJob.of((pipeline, context) -> pipeline.apply(GenerateSequence.from(0)))
            .configuredBy("events")
            .streaming()
            .timeout(Duration.ofMinutes(30));
    job.execute(BeamRun.on(dataflow).context());
    job.execute(BeamRun.on(dataflow).run("scheduled__2026-01-02").context());
    assertThat(dataflow.requests("POST")).hasSize(1);
    job.execute(BeamRun.on(dataflow).image(BeamRun.IMAGE.replace("ab", "cd")).context());
    assertThat(dataflow.jobs())
        .extracting(submitted -> submitted.path("currentState").asText())
        .isEqualTo(List.of("JOB_STATE_UPDATED", "JOB_STATE_RUNNING"));
  }
}
