// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Parameter;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.ToString;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines that Airflow starts from a template. */
class BeamTemplateTest {

  /** What each run says. */
  public interface CountOptions extends PipelineOptions {
    /** The texts. */
    ValueProvider<String> getInput();

    /** The texts. */
    void setInput(ValueProvider<String> value);

    /** The start of the result's name. */
    ValueProvider<String> getOutput();

    /** The start of the result's name. */
    void setOutput(ValueProvider<String> value);

    /** Not for runs. */
    String getLanguage();

    /** Not for runs. */
    void setLanguage(String value);
  }

  private static final String IMAGE = BeamRun.IMAGE;
  private static final String ADDRESS = "gs://acme-dataflow/staging/bigflow/x/dev/uploads/abc";

  private static final BeamTemplate COUNT =
      BeamTemplate.of(
              (pipeline, context) -> {
                CountOptions options = pipeline.getOptions().as(CountOptions.class);
                pipeline
                    .apply(TextIO.read().from(options.getInput()))
                    .apply(Count.perElement())
                    .apply(ToString.elements())
                    .apply(TextIO.write().to(options.getOutput()).withoutSharding());
              })
          .configuredBy("wordcount")
          .options(CountOptions.class);

  private static final Map<String, String> DATAFLOW =
      Map.of(
          "beam.runner", "DataflowRunner",
          "beam.project", "acme-data",
          "beam.region", "europe-west1",
          "beam.stagingLocation", "gs://acme-dataflow/staging/",
          "wordcount.beam.maxNumWorkers", "5");

  private static JobConfig config(Map<String, String> values) {
    return EnvironmentConfig.builder("dev").overrides(values).build();
  }

  private static Map<String, String> with(String... keysAndValues) {
    Map<String, String> all = new LinkedHashMap<>(DATAFLOW);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return all;
  }

  private static OperatorContext airflow(Map<String, String> values) {
    return new OperatorContext(
        "sales", "count_words", "dev", Duration.ofHours(3), false, config(values));
  }

  private static Operator operator(BeamTemplate template, Map<String, String> values) {
    return template.operator(airflow(values)).orElseThrow();
  }

  @Test
  void airflowStartsTheTemplateWithWhatEachRunSays() {
    Operator operator =
        operator(
            COUNT.parameter("input", Template.join("gs://texts/", Template.runtime("%Y-%m-%d"))),
            with(
                "beam.labels", "{\"team\":\"sales\"}",
                "beam.network", "acme",
                "beam.usePublicIps", "false",
                "beam.serviceAccount", "workers@acme-data.iam.gserviceaccount.com"));
    assertThat(operator.className())
        .isEqualTo(
            "airflow.providers.google.cloud.operators.dataflow.DataflowTemplatedJobStartOperator");
    Map<String, Object> environment = new TreeMap<>();
    environment.put("tempLocation", "gs://acme-dataflow/staging/temp");
    environment.put("maxWorkers", 5L);
    environment.put("network", "acme");
    environment.put("ipConfiguration", "WORKER_IP_PRIVATE");
    environment.put("serviceAccountEmail", "workers@acme-data.iam.gserviceaccount.com");
    environment.put(
        "additionalUserLabels",
        Map.of(
            "team", "sales",
            "bigflow-workflow", "sales",
            "bigflow-job", "count_words",
            "bigflow-env", "dev"));
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("project_id", "acme-data");
    arguments.put("location", "europe-west1");
    arguments.put("template", Template.pipelineTemplate("gs://acme-dataflow/staging"));
    arguments.put(
        "job_name",
        Template.join(
            "sales-count-words-dev-",
            Template.jinja(
                "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID,"
                    + " ti.dag_id ~ ' ' ~ ti.task_id ~ ' ' ~ run_id) }}")));
    arguments.put("append_job_name", false);
    arguments.put(
        "parameters", Map.of("input", Template.join("gs://texts/", Template.runtime("%Y-%m-%d"))));
    arguments.put("environment", environment);
    arguments.put("deferrable", true);
    assertThat(operator.arguments()).isEqualTo(arguments);
  }

  @Test
  void aNameHasRoomForWhatTellsRunsApart() {
    OperatorContext longNamed =
        new OperatorContext(
            "A_workflow_of_a_very_long_name",
            "t",
            "dev",
            Duration.ofHours(1),
            false,
            config(DATAFLOW));
    Template name =
        (Template)
            Objects.requireNonNull(
                COUNT.operator(longNamed).orElseThrow().arguments().get("job_name"));
    String stem = ((Template.LiteralPart) name.parts().get(0)).text();
    assertThat(stem.length() + 36).isLessThanOrEqualTo(63);
    assertThat(stem + "0b0c").matches("[a-z]([-a-z0-9]*[a-z0-9])?").doesNotContain("--");
  }

  @Test
  void aPodRunsItWhereThereIsNoDataflowOrItIsTold() {
    assertThat(COUNT.operator(airflow(Map.of()))).isEmpty();
    assertThat(COUNT.operator(airflow(Map.of("beam.runner", "DirectRunner")))).isEmpty();
    assertThat(COUNT.execution(Execution.POD).operator(airflow(DATAFLOW))).isEmpty();
    assertThat(COUNT.operator(airflow(DATAFLOW))).isPresent();
  }

  @Test
  void runsWithoutAirflowWithItsParametersFilledIn(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("2026-01-01-fr.txt"), "mot\nmot\n");
    Parameter<String> language = Parameter.text("language").defaultsTo("fr");
    COUNT
        .parameter(
            "input",
            Template.join(
                folder + "/",
                Template.runtime("%Y-%m-%d"),
                "-",
                Template.parameter(language),
                ".txt"))
        .parameter("output", folder.resolve("counts").toString())
        .execute(BeamRun.direct().context());
    assertThat(folder.resolve("counts")).hasContent("KV{mot, 2}");
  }

  @Test
  void whatAirflowAloneKnowsIsNotGuessed() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                COUNT.parameter("input", Template.xcom("find")).execute(BeamRun.direct().context()))
        .withMessage(
            "The parameter 'input' of the pipeline of sales.count_words can be completed in Airflow"
                + " only: it holds what task 'find' leaves in XCom.");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                COUNT
                    .parameter("input", Template.runtime("%d %B"))
                    .execute(BeamRun.direct().context()))
        .withMessageContaining("'%B' in the format '%d %B' is not one of");
  }

  @Test
  void formatsTheRuntimeAsPythonDoes() {
    assertThat(
            TemplateText.of(
                Template.runtime("%Y%m%dT%H:%M:%S.%f day %j of '%y, 100%% 'T'"),
                BeamRun.direct().context()))
        .isEqualTo("20260101T00:00:00.000000 day 001 of '26, 100% 'T'");
    assertThat(
            TemplateText.of(
                Template.parameter(Parameter.flag("all").defaultsTo(true)),
                BeamRun.direct().context()))
        .isEqualTo("True");
  }

  private static TemplateContext staging(Path folder, Map<String, String> values) {
    return new TemplateContext(
        "sales", "count_words", "dev", "1.2.3-SNAPSHOT", IMAGE, config(values), ADDRESS, folder);
  }

  @Test
  void aTemplateNamesTheImageAndTheFileBesideIt(@TempDir Path folder) throws Exception {
    COUNT
        .parameter("input", "x")
        .parameter("output", "y")
        .stage(staging(folder, with("beam.labels", "{\"team\":\"sales\"}")));

    List<String> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.map(file -> file.getFileName().toString()).sorted().forEach(files::add);
    }
    assertThat(files).containsExactly("pipeline.pb", "template");
    RunnerApi.Pipeline pipeline =
        RunnerApi.Pipeline.parseFrom(Files.readAllBytes(folder.resolve("pipeline.pb")));
    assertThat(pipeline.getRootTransformIdsCount()).isEqualTo(4);
    assertThat(pipeline.getComponents().getEnvironmentsMap().values())
        .allSatisfy(
            environment ->
                assertThat(
                        RunnerApi.DockerPayload.parseFrom(environment.getPayload())
                            .getContainerImage())
                    .isEqualTo(IMAGE));

    String text = Files.readString(folder.resolve("template"));
    assertThat(text).doesNotContain(folder.toString());
    JsonNode template = new ObjectMapper().readTree(text);
    assertThat(template.path("name").asText()).isEqualTo("sales-count-words-dev");
    assertThat(template.path("type").asText()).isEqualTo("JOB_TYPE_BATCH");
    // The others are given at each start.
    assertThat(template.path("labels").size()).isEqualTo(2);
    assertThat(template.path("labels").path("bigflow-version").asText())
        .isEqualTo("1_2_3-snapshot");
    assertThat(template.path("labels").path("bigflow-image").asText()).isEqualTo("ab".repeat(16));
    JsonNode options = template.path("environment").path("sdkPipelineOptions").path("options");
    assertThat(options.path("pipelineUrl").asText()).isEqualTo(ADDRESS + "/pipeline.pb");
    assertThat(options.path("templateLocation").asText()).isEqualTo(ADDRESS + "/template");
    assertThat(options.path("sdkContainerImage").asText()).isEqualTo(IMAGE);
    assertThat(options.path("maxNumWorkers").asInt()).isEqualTo(5);
    assertThat(options.path("filesToStage").isEmpty()).isTrue();
    // What a run gives has no value yet.
    assertThat(options.path("input").isValueNode() && !options.path("input").isNull()).isFalse();
  }

  @Test
  void aPipelineWithoutAnEndHasNoTemplate(@TempDir Path folder) {
    BeamTemplate endless =
        BeamTemplate.of((pipeline, context) -> pipeline.apply(GenerateSequence.from(0)));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> endless.stage(staging(folder, DATAFLOW)))
        .withMessageContaining("BeamJob.streaming()");
  }

  @Test
  void itsOwnTemporaryFilesMayBeElsewhere() {
    Map<String, String> values =
        with("beam.gcpTempLocation", "gs://acme-dataflow/temp", "beam.tempLocation", "gs://acme/t");
    assertThat(operator(COUNT, values).arguments().get("environment"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("tempLocation", "gs://acme-dataflow/temp");
  }

  @Test
  void nothingIsStagedWithATemplate(@TempDir Path folder) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> COUNT.stage(staging(folder, with("beam.filesToStage", folder.toString()))))
        .withMessageContaining("Remove the option 'filesToStage'");
  }

  @Test
  void saysWhichOptionIsMissingOrCannotBe() {
    for (String missing : Set.of("project", "region", "stagingLocation")) {
      Map<String, String> rest = new LinkedHashMap<>(DATAFLOW);
      rest.remove("beam." + missing);
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(() -> operator(COUNT, rest))
          .withMessage(
              "A template of Dataflow needs the option '"
                  + missing
                  + "'. Set beam."
                  + missing
                  + " in job configuration of environment 'dev'.");
    }
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> operator(COUNT, with("beam.stagingLocation", "gs://acme/a b")))
        .withMessageContaining("'gs://acme/a b' (configuration key beam.stagingLocation)");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> operator(COUNT, with("beam.impersonateServiceAccount", "a@b.example.com")))
        .withMessageContaining("bigflow.impersonateServiceAccount");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> operator(COUNT, with("beam.sdkContainerImage", "example.com/gpu:1")))
        .withMessageContaining("configuration key beam.sdkContainerImage");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> operator(COUNT, with("beam.maxNumWorker", "5")))
        .withMessageContaining("configuration key beam.maxNumWorker")
        .withMessageContaining("maxNumWorkers");
  }

  @Test
  void aParameterIsAnOptionThatRunsCanGive() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> operator(COUNT.parameter("language", "fr"), DATAFLOW))
        .withMessageContaining("A run cannot give a value to the option 'language'")
        .withMessageContaining("ValueProvider<…> getLanguage()")
        .withMessageContaining("[CountOptions]");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> operator(COUNT.parameter("input", "x"), with("wordcount.beam.input", "y")))
        .withMessageContaining("configuration key wordcount.beam.input");
  }
}
