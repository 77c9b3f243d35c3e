// SPDX-License-Identifier: Apache-2.0
package io.bigflow.template;

import static io.bigflow.dag.Specs.job;
import static io.bigflow.dag.Specs.operator;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateStageTest {

  @Test
  void knowsWhichTasksHaveTemplatesAndWhereTheyAreDeployedTo() {
    ProjectSpec spec =
        new ProjectSpec(
            SpecJson.FORMAT_VERSION,
            "dev",
            null,
            List.of(
                workflow("pods", job("here")),
                workflow(
                    "counting",
                    started("words", "gs://acme-dataflow/staging"),
                    started("lines", "gs://acme-dataflow/other/folder"),
                    started("ports", "gs://acme-ports"))),
            List.of());
    assertThat(TemplateStage.tasks(spec))
        .containsExactly("counting.words", "counting.lines", "counting.ports");
    assertThat(TemplateStage.buckets(spec)).containsExactly("acme-dataflow", "acme-ports");
  }

  private static TaskSpec started(String id, String folder) {
    return operator(
        id,
        "airflow.providers.google.cloud.operators.dataflow.DataflowTemplatedJobStartOperator",
        Map.of(
            "template",
            new ArgumentSpec.Template(
                List.of(new ArgumentSpec.PipelineTemplatePart(folder, false)))),
        null);
  }
}
