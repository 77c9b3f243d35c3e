// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.PipelineTemplates;
import io.bigflow.dag.UploadNames;
import io.bigflow.image.BuiltImage;
import io.bigflow.process.ProjectJvm;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.template.LauncherCheck;
import io.bigflow.template.TemplateStage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;

/**
 * Makes the Dataflow templates of the jobs that are started from one: {@code
 * target/bigflow/templates} and {@code templates.json}. Nothing is sent anywhere; {@code
 * deploy-dags} brings them to {@code beam.stagingLocation} before the DAGs that name them. Does
 * nothing in a project without such jobs, and nothing anew for the same image.
 *
 * @since 0.1.0
 */
@Mojo(
    name = "stage-templates",
    defaultPhase = LifecyclePhase.PACKAGE,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
public final class StageTemplatesMojo extends AbstractTargetMojo {

  /**
   * Seconds after which making the templates is given up.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.templates.timeout", defaultValue = "300")
  private int templatesTimeout;

  @Override
  void run() throws IOException, InterruptedException {
    ProjectSpec spec = output().read(output().workflows(), ProjectSpec.class, "describe");
    List<String> tasks = TemplateStage.tasks(spec);
    if (tasks.isEmpty()) {
      Files.deleteIfExists(output().templates());
      return;
    }
    BuiltImage image = output().read(output().image(), BuiltImage.class, "build-image");
    TemplateStage stage =
        new TemplateStage(
            new DagDirectory(output().directory()),
            output().templates(),
            UploadNames.folder(project().getGroupId(), project().getArtifactId(), spec.env()),
            project().getVersion(),
            image.pinned(),
            targetText());
    Optional<PipelineTemplates> present = stage.present(spec);
    if (present.isPresent()) {
      progress().say("The templates of this image are made already: " + String.join(", ", tasks));
      return;
    }
    LauncherCheck.require(output().imageTar(), LauncherCheck.tasks(spec));
    progress().say("Making the templates of " + String.join(", ", tasks));
    PipelineTemplates made =
        stage.make(
            spec,
            new ProjectJvm(
                RunMojo.javaHome(),
                ProjectClassPath.of(project()).elements(),
                baseDirectory(),
                limit(),
                "bigflow.templates.timeout",
                progress()::detail));
    for (PipelineTemplates.Made template : made.templates()) {
      progress()
          .say(
              "  "
                  + template.workflow()
                  + "."
                  + template.task()
                  + " ("
                  + template.files().stream().mapToLong(BuiltDags.Upload::size).sum()
                  + " bytes)");
    }
  }

  /** How long making the templates may take. */
  Duration limit() {
    return Duration.ofSeconds(number("bigflow.templates.timeout", templatesTimeout));
  }
}
