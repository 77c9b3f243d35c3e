// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.dag.DagContext;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.DagFile;
import io.bigflow.dag.DagFileGenerator;
import io.bigflow.dag.PipelineTemplates;
import io.bigflow.dag.UploadPacker;
import io.bigflow.dag.Uploads;
import io.bigflow.git.GitRevisions;
import io.bigflow.image.BuiltImage;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.template.TemplateStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Writes one Airflow DAG file per workflow to {@code target/bigflow/dags}. Each names the image
 * that {@code build-image} built by its digest.
 *
 * @since 0.1.0
 */
@Mojo(name = "build-dags", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
public final class BuildDagsMojo extends AbstractTargetMojo {

  /**
   * The Airflow variable that says in which environment the jobs work. It is read when a task
   * starts; without the variable the task fails. Ids, schedules and secrets remain those of {@code
   * bigflow.env}. Default: none, the jobs work in the environment of {@code bigflow.env}.
   *
   * <p>For example {@code -Dbigflow.envVariable=bigflow_env}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.envVariable")
  private @Nullable String envVariable;

  /** The variable that says in which environment the jobs work, if it is not stated at build. */
  Optional<String> envVariable() {
    return value("bigflow.envVariable", envVariable);
  }

  @Override
  void run() throws IOException {
    ProjectSpec spec = output().read(output().workflows(), ProjectSpec.class, "describe");
    BuiltImage image = output().read(output().image(), BuiltImage.class, "build-image");
    if (!spec.env().equals(env())) {
      throw BigflowException.of(
          Problem.of(
                  "The workflows were described for environment '"
                      + spec.env()
                      + "', but the build is for '"
                      + env()
                      + "'",
                  output().workflows().toString(),
                  "Build from the start: mvn package -Dbigflow.env=" + env())
              .see("built-for-another-environment"));
    }
    requireOneEnvironment(spec);
    DagContext context =
        new DagContext(
            project().getGroupId(),
            project().getArtifactId(),
            project().getVersion(),
            env(),
            dagIds(),
            image.pinned(),
            GitRevisions.find(baseDirectory()).revision(),
            Versions.bigflow(),
            envVariable().orElse(null));
    DagDirectory directory = new DagDirectory(output().directory());
    Uploads uploads =
        new UploadPacker(Path.of(project().getBuild().getOutputDirectory()), directory, context)
            .pack(spec.workflows(), templates(spec, image));
    DagFileGenerator generator = new DagFileGenerator();
    List<DagFile> files =
        spec.workflows().stream()
            .map(workflow -> generator.generate(workflow, context, uploads))
            .toList();
    directory.write(files, context, targetText());
    progress().say("Wrote " + files.size() + (files.size() == 1 ? " DAG file:" : " DAG files:"));
    files.forEach(file -> progress().say("  " + file.path()));
    uploads
        .all()
        .forEach(
            upload ->
                progress()
                    .say("  " + upload.path() + " (" + upload.size() + " bytes, beside the DAGs)"));
  }

  private PipelineTemplates templates(ProjectSpec spec, BuiltImage image) throws IOException {
    List<String> tasks = TemplateStage.tasks(spec);
    if (tasks.isEmpty()) {
      return PipelineTemplates.NONE;
    }
    PipelineTemplates made =
        Files.exists(output().templates())
            ? output().read(output().templates(), PipelineTemplates.class, "stage-templates")
            : PipelineTemplates.NONE;
    if (!made.env().equals(spec.env())
        || !made.image().equals(image.pinned())
        || made.templates().size() != tasks.size()) {
      throw BigflowException.of(
          Problem.of(
              "The templates of " + String.join(", ", tasks) + " are missing or of another build",
              output().templates().toString(),
              "Build again: mvn package. If the POM names the goals of the plugin itself, name"
                  + " stage-templates between build-image and build-dags"));
    }
    return made;
  }

  /**
   * What an operator does is written into the DAG file, in full, for the environment of the build.
   */
  private void requireOneEnvironment(ProjectSpec spec) throws BigflowException {
    List<String> operators =
        envVariable().isEmpty()
            ? List.of()
            : spec.workflows().stream()
                .flatMap(
                    workflow ->
                        workflow.tasks().stream()
                            .filter(TaskSpec.Operator.class::isInstance)
                            .map(task -> workflow.id() + "." + task.id()))
                .toList();
    if (!operators.isEmpty()) {
      throw BigflowException.of(
          Problem.of(
              "An Airflow variable is to say in which environment the jobs work, but operators of"
                  + " Airflow work in the one they are built for: "
                  + String.join(", ", operators),
              "bigflow.envVariable",
              "Let pods run these tasks (execution = pod), or build DAG files per environment,"
                  + " without bigflow.envVariable"));
    }
  }
}
