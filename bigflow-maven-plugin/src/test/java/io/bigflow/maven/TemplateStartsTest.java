// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static io.bigflow.dag.Specs.job;
import static io.bigflow.dag.Specs.operator;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.dag.PipelineTemplates;
import io.bigflow.problem.BigflowException;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateStartsTest {
  private static final String IMAGE = "europe-docker.pkg.dev/p/r/jobs@sha256:" + "0".repeat(64);
  private static final String ADDRESS = "gs://acme-dataflow/staging/bigflow/templates/0123";

  @TempDir Path directory;
  private BuildOutput output;

  @BeforeEach
  void anOutputDirectory() {
    output = new BuildOutput(directory);
  }

  @Test
  void startsFromTheTemplatesOfTheLastBuildAndRunsTheOthersHere() throws IOException {
    made("dev", new PipelineTemplates.Made("counting", "words", ADDRESS, List.of()));
    TemplateStarts starts =
        TemplateStarts.of(spec("dev"), List.of("counting.words", "counting.report"), output);
    assertThat(starts.arguments("counting.words"))
        .containsExactly("--template", ADDRESS + "/template", "--image", IMAGE);
    assertThat(starts.arguments("counting.report")).isEmpty();
  }

  @Test
  void refusesTheTemplatesOfAnotherEnvironment() throws IOException {
    made("test", new PipelineTemplates.Made("counting", "words", ADDRESS, List.of()));
    assertRefused("(it was for 'test')");
  }

  @Test
  void refusesABuildThatMadeNone() throws IOException {
    made("dev");
    assertRefused("(it was for 'dev')");
  }

  @Test
  void saysWhichJobsHaveTemplates() {
    assertThatThrownBy(() -> TemplateStarts.of(spec("dev"), List.of("counting.report"), output))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("counting.report is started from none in environment 'dev'")
        .hasMessageContaining("Those that are: counting.words");
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(() -> TemplateStarts.of(spec("dev"), List.of("counting.words"), output))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("made no template of counting.words for environment 'dev'")
        .hasMessageContaining(reason)
        .hasMessageContaining(output.templates().toString())
        .hasMessageContaining("mvn deploy with -Dbigflow.env=dev");
  }

  private void made(String env, PipelineTemplates.Made... templates) throws IOException {
    SpecJson.write(
        new PipelineTemplates(PipelineTemplates.FORMAT_VERSION, env, IMAGE, List.of(templates)),
        output.templates());
  }

  private static ProjectSpec spec(String env) {
    return new ProjectSpec(
        SpecJson.FORMAT_VERSION,
        env,
        null,
        List.of(
            workflow(
                "counting",
                operator(
                    "words",
                    "airflow.providers.google.cloud.operators.dataflow"
                        + ".DataflowTemplatedJobStartOperator",
                    Map.of(
                        "template",
                        new ArgumentSpec.Template(
                            List.of(
                                new ArgumentSpec.PipelineTemplatePart(
                                    "gs://acme-dataflow/staging", false)))),
                    null),
                job("report"))),
        List.of());
  }
}
