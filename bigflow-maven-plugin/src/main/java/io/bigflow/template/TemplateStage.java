// SPDX-License-Identifier: Apache-2.0
package io.bigflow.template;

import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.PipelineTemplates;
import io.bigflow.dag.UploadNames;
import io.bigflow.dag.Uploads;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.process.ProjectJvm;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.TemplateRequest;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.workflow.TemplateContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has the templates made that tasks are started from: {@code target/bigflow/templates/…} and {@code
 * target/bigflow/templates.json}, which lists them.
 *
 * <p>What a template is made of names it: the image, which holds the project's classes and
 * configuration, the environment, the task and the target. So a build of the same commit names the
 * same template, although Beam writes other bytes each time (ids at random, the order in which Java
 * tells the methods of a class).
 */
public final class TemplateStage {
  private static final String MAIN = "io.bigflow.stage.StageTemplates";

  private final DagDirectory directory;
  private final Path index;
  private final String folder;
  private final String version;
  private final String image;
  private final String target;

  /**
   * For one build.
   *
   * @param index the file that lists the templates
   * @param folder where all files of the project and environment lie in a bucket, as {@link
   *     UploadNames#folder} gives it
   * @param version the project's version
   * @param image the image by its digest
   * @param target where the DAGs will be deployed to, as far as the build knows: each target has
   *     templates of its own, for only its own record tells when one is not needed any more
   */
  public TemplateStage(
      DagDirectory directory,
      Path index,
      String folder,
      String version,
      String image,
      String target) {
    this.directory = directory;
    this.index = index;
    this.folder = folder;
    this.version = version;
    this.image = image;
    this.target = target;
  }

  /** The tasks that are started from templates, as {@code workflow.task}. */
  public static List<String> tasks(ProjectSpec spec) {
    return spec.workflows().stream()
        .flatMap(
            workflow ->
                workflow.tasks().stream()
                    .filter(task -> Uploads.templateFolder(task).isPresent())
                    .map(task -> workflow.id() + "." + task.id()))
        .toList();
  }

  /** The buckets that a deployment brings templates to. */
  public static Set<String> buckets(ProjectSpec spec) {
    Set<String> buckets = new TreeSet<>();
    for (WorkflowSpec workflow : spec.workflows()) {
      for (TaskSpec task : workflow.tasks()) {
        Uploads.templateFolder(task)
            .map(folder -> folder.replaceFirst("^gs://([^/]*).*", "$1"))
            .ifPresent(buckets::add);
      }
    }
    return buckets;
  }

  /** What was made already, if it is all that is wanted now and as it was made. */
  public Optional<PipelineTemplates> present(ProjectSpec spec) {
    try {
      PipelineTemplates made = SpecJson.read(index, PipelineTemplates.class);
      List<String> addresses =
          made.templates().stream().map(PipelineTemplates.Made::address).toList();
      boolean isWanted =
          made.formatVersion() == PipelineTemplates.FORMAT_VERSION
              && made.env().equals(spec.env())
              && made.image().equals(image)
              && addresses.equals(
                  wanted(spec).stream().map(TemplateRequest.Wanted::address).toList());
      return isWanted && isAsMade(made) ? Optional.of(made) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isAsMade(PipelineTemplates made) throws IOException {
    for (PipelineTemplates.Made template : made.templates()) {
      for (BuiltDags.Upload file : template.files()) {
        if (!ContentHash.of(directory.file(file))
            .equals(new ContentHash.Sums(file.md5(), file.sha256(), file.size()))) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Makes the templates anew.
   *
   * @param jvm has the project's class path
   * @throws BigflowException if a pipeline cannot be made
   */
  public PipelineTemplates make(ProjectSpec spec, ProjectJvm jvm)
      throws IOException, InterruptedException {
    directory.clearTemplates();
    Files.deleteIfExists(index);
    List<TemplateRequest.Wanted> wanted = wanted(spec);
    for (TemplateRequest.Wanted template : wanted) {
      Files.createDirectories(Path.of(template.directory()));
    }
    Path request = directory.templates().resolve("request.json");
    SpecJson.write(new TemplateRequest(spec.env(), version, image, wanted), request);
    ProjectJvm.Ended ended = jvm.run(MAIN, List.of("--request", request.toString()));
    if (ended.exitCode() != 0) {
      throw BigflowException.of(
          new Problem(
              "The JVM that makes the templates of pipelines ended with exit code "
                  + ended.exitCode()
                  + ended.said(),
              String.join(", ", tasks(spec)),
              "Mend what it says. If it knows no StageTemplates, use the same version of"
                  + " io.bigflow:bigflow-runtime and io.bigflow:bigflow-maven-plugin",
              "template-failed"));
    }
    Files.delete(request);
    List<PipelineTemplates.Made> made = new ArrayList<>();
    for (TemplateRequest.Wanted template : wanted) {
      made.add(
          new PipelineTemplates.Made(
              template.workflow(), template.task(), template.address(), files(template)));
    }
    PipelineTemplates templates =
        new PipelineTemplates(PipelineTemplates.FORMAT_VERSION, spec.env(), image, made);
    // Last, so that a build that was interrupted leaves nothing to take over.
    SpecJson.write(templates, index);
    return templates;
  }

  private List<TemplateRequest.Wanted> wanted(ProjectSpec spec) {
    List<TemplateRequest.Wanted> wanted = new ArrayList<>();
    for (WorkflowSpec workflow : spec.workflows()) {
      for (TaskSpec task : workflow.tasks()) {
        @Nullable String below = Uploads.templateFolder(task).orElse(null);
        if (below != null) {
          String hash = hash(spec.env(), workflow.id(), task.id(), below);
          wanted.add(
              new TemplateRequest.Wanted(
                  workflow.definition(),
                  workflow.id(),
                  task.id(),
                  below + "/" + folder + hash,
                  directory.templates().resolve(hash).toString()));
        }
      }
    }
    wanted.sort(
        Comparator.comparing(TemplateRequest.Wanted::workflow)
            .thenComparing(TemplateRequest.Wanted::task));
    return wanted;
  }

  private String hash(String env, String workflow, String task, String below) {
    return ContentHash.sha256(
        String.join(
                "\0",
                String.valueOf(PipelineTemplates.FORMAT_VERSION),
                image,
                env,
                workflow,
                task,
                below,
                folder,
                target)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static List<BuiltDags.Upload> files(TemplateRequest.Wanted template) throws IOException {
    List<BuiltDags.Upload> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of(template.directory()))) {
      for (Path file : all.sorted().toList()) {
        ContentHash.Sums sums = ContentHash.of(file);
        files.add(
            new BuiltDags.Upload(
                template.address() + "/" + file.getFileName(),
                sums.sha256(),
                sums.md5(),
                sums.size()));
      }
    }
    if (files.stream().noneMatch(file -> file.name().equals(TemplateContext.TEMPLATE))) {
      throw BigflowException.of(
          new Problem(
              "The pipeline of task '"
                  + template.workflow()
                  + "."
                  + template.task()
                  + "' has made no template",
              template.definition(),
              "Write it to the directory that TemplateContext names",
              "template-failed"));
    }
    return files;
  }
}
