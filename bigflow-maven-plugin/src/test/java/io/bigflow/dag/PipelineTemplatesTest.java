// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static io.bigflow.dag.Specs.CONTEXT;
import static io.bigflow.dag.Specs.operator;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The golden file is written anew as {@link DagFileGeneratorTest} says. */
class PipelineTemplatesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/io/bigflow/dag/template.py");
  private static final String FOLDER = UploadNames.folder("com.example", "demo", "dev");
  private static final String ADDRESS = "gs://acme-dataflow/staging/" + FOLDER + "ab".repeat(32);

  private static final WorkflowSpec WORKFLOW =
      workflow(
          "counting",
          started("count_words"),
          operator(
              "wait", "airflow.providers.standard.operators.empty.EmptyOperator", Map.of(), null));

  private static TaskSpec started(String id) {
    Map<String, ArgumentSpec> arguments = new LinkedHashMap<>();
    arguments.put("project_id", new ArgumentSpec.Text("acme-data"));
    arguments.put("location", new ArgumentSpec.Text("europe-west1"));
    arguments.put(
        "template",
        new ArgumentSpec.Template(
            List.of(new ArgumentSpec.PipelineTemplatePart("gs://acme-dataflow/staging", false))));
    arguments.put("deferrable", new ArgumentSpec.Bool(true));
    return operator(
        id,
        "airflow.providers.google.cloud.operators.dataflow.DataflowTemplatedJobStartOperator",
        arguments,
        null);
  }

  private static BuiltDags.Upload file(String name) {
    return new BuiltDags.Upload(ADDRESS + "/" + name, "12".repeat(32), "34".repeat(16), 5);
  }

  private static final PipelineTemplates TEMPLATES =
      new PipelineTemplates(
          PipelineTemplates.FORMAT_VERSION,
          "dev",
          CONTEXT.image(),
          List.of(
              new PipelineTemplates.Made(
                  "counting",
                  "count_words",
                  ADDRESS,
                  List.of(file("pipeline.pb"), file("template")))));

  @Test
  void textIsTheGoldenFile() throws IOException {
    DagFile file =
        new DagFileGenerator().generate(WORKFLOW, CONTEXT, new Uploads(Map.of(), TEMPLATES));

    if (System.getProperty("bigflow.updateGoldenFiles") != null) {
      Files.writeString(GOLDEN, file.text());
    }
    assertThat(file.text()).isEqualTo(Files.readString(GOLDEN));
    assertThat(file.text().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(89));
    assertThat(file.uploads()).containsExactly(file("pipeline.pb"), file("template"));
  }

  @Test
  void anOperatorMayNameTheImage() {
    Map<String, ArgumentSpec> launch = new LinkedHashMap<>();
    launch.put(
        "containerSpecGcsPath",
        new ArgumentSpec.Template(
            List.of(new ArgumentSpec.PipelineTemplatePart("gs://acme-dataflow/staging", true))));
    launch.put(
        "parameters",
        new ArgumentSpec.Entries(
            Map.of(
                "bigflowImage", new ArgumentSpec.Template(List.of(new ArgumentSpec.ImagePart())))));
    TaskSpec flex =
        operator(
            "count_words",
            "airflow.providers.google.cloud.operators.dataflow.DataflowStartFlexTemplateOperator",
            Map.of(
                "body",
                new ArgumentSpec.Entries(
                    Map.of("launchParameter", new ArgumentSpec.Entries(launch)))),
            null);

    String text =
        new DagFileGenerator()
            .generate(workflow("counting", flex), CONTEXT, new Uploads(Map.of(), TEMPLATES))
            .text();
    assertThat(text.replaceAll("\\s+", ""))
        .contains("\"containerSpecGcsPath\":(\"gs://acme-dataflow/staging/bigflow/\"")
        .contains("\"bigflowImage\":(\"europe-west1-docker.pkg.dev/my-project/my-repository/");
    assertThat(text.replaceAll("\"\\s+\"", "")).contains("\"" + CONTEXT.image() + "\"");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(89));
    assertThat(Uploads.hasFlexTemplate(flex)).isTrue();
    assertThat(Uploads.hasFlexTemplate(WORKFLOW.tasks().get(0))).isFalse();
    assertThat(Uploads.templateFolder(flex)).contains("gs://acme-dataflow/staging");
  }

  @Test
  void anotherWorkflowDoesNotNeedThem() {
    Uploads uploads = new Uploads(Map.of(), TEMPLATES);
    assertThat(uploads.of(workflow("other", WORKFLOW.tasks().get(1)))).isEmpty();
    assertThat(uploads.all()).hasSize(2);
  }

  @Test
  void aTaskWithoutItsTemplateIsNotWritten() {
    assertThatThrownBy(
            () ->
                new DagFileGenerator()
                    .generate(
                        workflow("counting", started("count_lines")),
                        CONTEXT,
                        new Uploads(Map.of(), TEMPLATES)))
        .hasMessage("Not staged: counting.count_lines");
  }

  @Test
  void aFileOfATemplateLiesInOurFolderOfAnotherBucket() {
    assertThat(file("template").isTemplate()).isTrue();
    assertThat(file("template").hash()).isEqualTo("ab".repeat(32));
    assertThat(UploadNames.isUploadElsewhere(FOLDER, ADDRESS + "/template")).isTrue();
    assertThat(
            UploadNames.isUploadElsewhere(
                FOLDER, "gs://acme-dataflow/" + FOLDER + "ab".repeat(32) + "/template"))
        .isTrue();
    assertThat(
            List.of(
                ADDRESS + "/../template",
                ADDRESS + "/a/template",
                ADDRESS,
                "gs://acme-dataflow/" + FOLDER + "template",
                "gs:///" + FOLDER + "ab".repeat(32) + "/template",
                "gs://A/" + FOLDER + "ab".repeat(32) + "/template",
                "gs://acme-dataflow/a b/" + FOLDER + "ab".repeat(32) + "/template",
                "gs://acme-dataflow/../" + FOLDER + "ab".repeat(32) + "/template",
                "gs://acme-dataflow/x" + FOLDER + "ab".repeat(32) + "/template",
                ADDRESS.replace("com.example.demo", "com.example.other") + "/template",
                FOLDER + "ab".repeat(32) + "/template"))
        .noneMatch(path -> UploadNames.isUploadElsewhere(FOLDER, path));
  }
}
