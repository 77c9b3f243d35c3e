// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.dag.PipelineTemplates;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.template.TemplateStage;
import io.bigflow.workflow.TemplateContext;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs of a run that Dataflow starts from templates, instead of running here.
 *
 * @param image the pinned image that the templates are of
 * @param files where the template of a job is, {@code gs://…}, by {@code workflow.task}
 */
record TemplateStarts(String image, Map<String, String> files) {

  /** All jobs run here. */
  static final TemplateStarts NONE = new TemplateStarts("", Map.of());

  TemplateStarts {
    files = Map.copyOf(files);
  }

  /**
   * Those of jobs that the last build made templates of.
   *
   * @throws BigflowException if no job has one, or the last build was another
   */
  static TemplateStarts of(ProjectSpec spec, List<String> jobs, BuildOutput output)
      throws IOException {
    List<String> able = TemplateStage.tasks(spec);
    List<String> wanted = jobs.stream().filter(able::contains).toList();
    if (wanted.isEmpty()) {
      throw BigflowException.of(
          Problem.of(
              "There is no template to start from: "
                  + String.join(", ", jobs)
                  + (jobs.size() == 1 ? " is" : " are")
                  + " started from none in environment '"
                  + spec.env()
                  + "'",
              "bigflow.fromTemplate",
              able.isEmpty()
                  ? "Name an environment with beam.runner=DataflowRunner by bigflow.env, and make the"
                      + " job a BeamTemplate; or leave bigflow.fromTemplate out"
                  : "Those that are: "
                      + String.join(", ", able)
                      + ". Or leave bigflow.fromTemplate out"));
    }
    PipelineTemplates made =
        output.read(output.templates(), PipelineTemplates.class, "stage-templates");
    Map<String, String> files = new LinkedHashMap<>();
    for (String job : wanted) {
      int dot = job.indexOf('.');
      Optional<PipelineTemplates.Made> template =
          made.env().equals(spec.env())
              ? made.of(job.substring(0, dot), job.substring(dot + 1))
              : Optional.empty();
      files.put(
          job,
          template.orElseThrow(() -> notMade(job, made, spec, output)).address()
              + "/"
              + TemplateContext.TEMPLATE);
    }
    return new TemplateStarts(made.image(), files);
  }

  private static BigflowException notMade(
      String job, PipelineTemplates made, ProjectSpec spec, BuildOutput output) {
    return BigflowException.of(
        Problem.of(
            "The last build made no template of "
                + job
                + " for environment '"
                + spec.env()
                + "' (it was for '"
                + made.env()
                + "')",
            output.templates().toString(),
            "Build first, and deploy what was built: mvn deploy with -Dbigflow.env=" + spec.env()));
  }

  /** The template of a job; empty if it runs here. */
  Optional<String> file(String job) {
    return Optional.ofNullable(files.get(job));
  }

  /** What the JVM of a job is told besides; nothing if it runs here. */
  List<String> arguments(String job) {
    return file(job).map(file -> List.of("--template", file, "--image", image)).orElse(List.of());
  }
}
