// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Count;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines that are made when Dataflow starts the project's image. */
class FlexTemplateTest {

  /** What each run says, in types that a classic template cannot have. */
  public interface CountOptions extends PipelineOptions {
    /** The texts. */
    String getSource();

    /** The texts. */
    void setSource(String value);

    /** Whether words are counted, or lines. */
    boolean isWords();

    /** Whether words are counted, or lines. */
    void setWords(boolean value);
  }

  private static final String IMAGE = BeamRun.IMAGE;

  private static final BeamTemplate COUNT =
      BeamTemplate.of(
              (pipeline, context) -> {
                CountOptions options = pipeline.getOptions().as(CountOptions.class);
                pipeline
                    .apply("Read", TextIO.read().from(options.getSource()))
                    .apply(counted(options.isWords() ? "Words" : "Lines"), Count.perElement());
              })
          .configuredBy("wordcount")
          .options(CountOptions.class)
          .flex();

  private static final Map<String, String> DATAFLOW =
      Map.of(
          "beam.runner", "DataflowRunner",
          "beam.project", "acme-data",
          "beam.region", "europe-west1",
          "beam.stagingLocation", "gs://acme-dataflow/staging/",
          "beam.experiments", "enable_google_cloud_profiler",
          "wordcount.beam.maxNumWorkers", "5");

  /** The steps that were made. */
  private static final List<String> COUNTED = new ArrayList<>();

  private static String counted(String step) {
    COUNTED.add(step);
    return step;
  }

  private static JobConfig config(Map<String, String> values) {
    return EnvironmentConfig.builder("dev").overrides(values).build();
  }

  private static Operator operator(BeamTemplate template) {
    return template
        .operator(
            new OperatorContext(
                "sales", "count_words", "dev", Duration.ofHours(3), false, config(DATAFLOW)))
        .orElseThrow();
  }

  @Test
  void airflowTellsDataflowWhichTaskOfTheImageItMeans() {
    Operator operator =
        operator(
            COUNT
                .parameter("source", Template.join("gs://texts/", Template.runtime("%Y-%m-%d")))
                .parameter("words", "true"));
    assertThat(operator.className())
        .isEqualTo(
            "airflow.providers.google.cloud.operators.dataflow.DataflowStartFlexTemplateOperator");
    Map<String, Object> launch = new LinkedHashMap<>();
    launch.put(
        "jobName",
        Template.join(
            "sales-count-words-dev-",
            Template.jinja(
                "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID,"
                    + " ti.dag_id ~ ' ' ~ ti.task_id ~ ' ' ~ run_id) }}")));
    launch.put("containerSpecGcsPath", Template.flexTemplate("gs://acme-dataflow/staging"));
    launch.put(
        "parameters",
        Map.of(
            "source", Template.join("gs://texts/", Template.runtime("%Y-%m-%d")),
            "words", Template.text("true"),
            "bigflowTask", "sales.count_words",
            "bigflowEnv", "dev",
            "bigflowImage", Template.image()));
    launch.put(
        "environment",
        Map.of(
            "tempLocation",
            "gs://acme-dataflow/staging/temp",
            "stagingLocation",
            "gs://acme-dataflow/staging/launches",
            "maxWorkers",
            5L,
            "additionalUserLabels",
            Map.of(
                "bigflow-workflow", "sales",
                "bigflow-job", "count_words",
                "bigflow-env", "dev")));
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("project_id", "acme-data");
    arguments.put("location", "europe-west1");
    arguments.put("body", Map.of("launchParameter", launch));
    arguments.put("append_job_name", false);
    arguments.put("deferrable", true);
    assertThat(operator.arguments()).isEqualTo(arguments);
  }

  @Test
  void theTemplateNamesTheImage(@TempDir Path folder) throws Exception {
    TemplateContext context =
        new TemplateContext(
            "sales",
            "count_words",
            "dev",
            "1.2.3",
            IMAGE,
            config(DATAFLOW),
            "gs://acme-dataflow/staging/bigflow/x/dev/uploads/abc",
            folder);
    COUNT.parameter("source", "x").stage(context);
    byte[] first = Files.readAllBytes(folder.resolve("template"));
    COUNT.parameter("source", "x").stage(context);
    assertThat(folder.resolve("template")).hasBinaryContent(first);

    JsonNode spec = new ObjectMapper().readTree(first);
    assertThat(spec.path("image").asText()).isEqualTo(IMAGE);
    assertThat(spec.path("sdkInfo").path("language").asText()).isEqualTo("JAVA");
    JsonNode metadata = spec.path("metadata");
    assertThat(metadata.path("name").asText()).isEqualTo("sales.count_words");
    assertThat(metadata.path("description").asText()).contains("1.2.3").contains("dev");
    Map<String, String> parameters = new LinkedHashMap<>();
    metadata
        .path("parameters")
        .forEach(
            parameter ->
                parameters.put(
                    parameter.path("name").asText(),
                    parameter.path("isOptional").asBoolean()
                        + " "
                        + parameter.path("defaultValue").asText()));
    assertThat(parameters)
        .containsExactly(
            Map.entry("source", "false "),
            Map.entry("bigflowTask", "false sales.count_words"),
            Map.entry("bigflowEnv", "false dev"),
            Map.entry("bigflowImage", "false " + IMAGE));
  }

  private static void launch(BeamTemplate template, Path job, String... more) throws Exception {
    List<String> options = new ArrayList<>();
    options.add("--runner=DataflowRunner");
    options.add("--project=acme-data");
    options.add("--region=europe-west1");
    options.add("--jobName=sales-count-words-dev-7");
    options.add("--templateLocation=" + job);
    options.add("--stagingLocation=gs://acme-dataflow/launched");
    options.add("--tempLocation=gs://acme-dataflow/temp");
    options.add("--labels={\n   \"team\" : \"sales\",\n   \"bigflow-job\" : \"count_words\"\n}");
    options.add("--stagerClass=" + NoStaging.class.getName());
    options.add(
        "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory");
    options.add(
        "--pathValidatorClass=org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator");
    options.addAll(List.of(more));
    template.launch(
        new LaunchContext(
            "sales", "count_words", "dev", "1.2.3-SNAPSHOT", IMAGE, config(DATAFLOW), options));
  }

  @Test
  void thePipelineIsMadeOfWhatTheRunSays(@TempDir Path folder) throws Exception {
    COUNTED.clear();
    Path file = folder.resolve("job_object");
    launch(
        COUNT,
        file,
        "--source=gs://texts/2026-01-31",
        "--words=true",
        "--experiments=launched",
        "--experiments=twice",
        "--maxNumWorkers=7",
        "--sdkContainerImage=gcr.io/cloud-dataflow/beam_java17_sdk:latest");

    JsonNode job = new ObjectMapper().readTree(file.toFile());
    assertThat(job.path("name").asText()).isEqualTo("sales-count-words-dev-7");
    assertThat(job.path("type").asText()).isEqualTo("JOB_TYPE_BATCH");
    Map<String, String> labels = new LinkedHashMap<>();
    job.path("labels").properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
    assertThat(labels)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "team", "sales",
                "bigflow-job", "count_words",
                "bigflow-version", "1_2_3-snapshot",
                "bigflow-image", "ab".repeat(16)));
    JsonNode options = job.path("environment").path("sdkPipelineOptions").path("options");
    assertThat(options.path("sdkContainerImage").asText()).isEqualTo(IMAGE);
    assertThat(options.path("filesToStage").isArray()).isTrue();
    assertThat(options.path("filesToStage").isEmpty()).isTrue();
    assertThat(options.path("source").asText()).isEqualTo("gs://texts/2026-01-31");
    assertThat(options.path("stagingLocation").asText()).isEqualTo("gs://acme-dataflow/launched");
    // What the run says beats what the environment says, but lists that both add to.
    assertThat(options.path("maxNumWorkers").asInt()).isEqualTo(7);
    List<String> experiments = new ArrayList<>();
    options.path("experiments").forEach(name -> experiments.add(name.asText()));
    assertThat(experiments).contains("enable_google_cloud_profiler", "launched", "use_runner_v2");
    assertThat(COUNTED).containsExactly("Words");

    launch(COUNT, file, "--source=gs://texts/2026-01-31", "--words=false");
    assertThat(COUNTED).containsExactly("Words", "Lines");
  }

  @Test
  void saysWhatDoesNotFit(@TempDir Path folder) {
    Path file = folder.resolve("job_object");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(COUNT, file, "--sources=x"))
        .withMessageContaining("'sources' (what Dataflow says of the run)")
        .withMessageContaining("source");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(COUNT, file, "source"))
        .withMessageContaining("'source' is no option of Beam");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(COUNT, file, "--runner=DirectRunner"))
        .withMessageContaining("DirectRunner");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(COUNT.parameter("words", "x"), file, "--words=perhaps"))
        .withMessageContaining("(BeamTemplate.parameter(\"words\", …))");
    BeamTemplate endless =
        BeamTemplate.of((pipeline, context) -> pipeline.apply("Count", GenerateSequence.from(0)))
            .flex();
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(endless, file))
        .withMessageContaining("has no end (Count")
        .withMessageContaining("BeamJob.streaming()");
    BeamTemplate classic =
        BeamTemplate.of((pipeline, context) -> pipeline.apply(GenerateSequence.from(0).to(1)));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> launch(classic, file))
        .withMessageContaining("sales.count_words has a classic template")
        .withMessageContaining("flex()");
    assertThat(file).doesNotExist();
  }

  @Test
  void aParameterIsAnOptionThatTheTaskDoesNotGiveItself() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> operator(COUNT.parameter("sources", "x")))
        .withMessageContaining("'sources': neither Beam nor an interface")
        .withMessageContaining("[CountOptions]");
    for (String given :
        List.of(
            "jobName",
            "templateLocation",
            "sdkContainerImage",
            "gcpTempLocation",
            "labels",
            "bigflowTask")) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(() -> operator(COUNT.parameter(given, "x")))
          .withMessageContaining("'" + given + "': the task itself or Dataflow gives it");
    }
    assertThat(operator(COUNT.parameter("numWorkers", "3"))).isNotNull();
  }

  @Test
  void runsWithoutDataflowLikeAnyOther(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("2026-01-01.txt"), "mot\n");
    BeamTemplate count =
        BeamTemplate.of(
                (pipeline, context) ->
                    pipeline
                        .apply(
                            TextIO.read()
                                .from(pipeline.getOptions().as(CountOptions.class).getSource()))
                        .apply(
                            TextIO.write().to(folder.resolve("copy").toString()).withoutSharding()))
            .options(CountOptions.class)
            .flex()
            .parameter("source", Template.join(folder + "/", Template.runtime("%Y-%m-%d"), ".txt"));
    count.execute(BeamRun.direct().context());
    assertThat(folder.resolve("copy")).hasContent("mot");
  }
}
