// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerImage;
import io.bigflow.composer.ComposerName;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.DeployReport;
import io.bigflow.deploy.ImageDeployer;
import io.bigflow.deploy.PlanDocument;
import io.bigflow.deploy.PreparedDeployment;
import io.bigflow.deploy.Scope;
import io.bigflow.discovery.SpecValidator;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageRegistry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.provider.AirflowTargets;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * The goals that deploy. In a build of several modules each gathers the work of its module, and the
 * last one carries it out.
 */
abstract class AbstractDeployMojo extends AbstractBucketMojo {

  /**
   * The workflows to deploy, separated by commas; the others keep the DAG files that they have, and
   * nothing is removed. Default: all, and what is not built any more is removed.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.workflows")
  private @Nullable String workflows;

  /**
   * The versions of Airflow's providers in the Composer environment, if it has others than its
   * image: {@code google=22.1.0,standard=1.9.0}. A deployment to a Composer environment is refused
   * if the environment cannot have an operator, or an argument of one, that a workflow uses.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.airflow.providers")
  private @Nullable String airflowProviders;

  /**
   * A plan that {@code bigflow:plan} wrote, usually {@code target/bigflow/plan.json}: exactly it is
   * applied, or nothing if the world has moved since.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.plan")
  private @Nullable String plan;

  @Override
  final void run() throws IOException, InterruptedException {
    ReactorDeployment deployment = ReactorDeployment.of(session());
    if (hasSomethingToDeploy() && !(worksForOtherModules() && isSkipped())) {
      gather(deployment);
    }
    boolean fromCommandLine = execution().getExecutionId().startsWith("default-cli");
    if (ReactorDeployment.isCarriedOutBy(goal(), fromCommandLine, project(), session())) {
      deployment.carryOut(project(), session(), progress());
    }
  }

  /** Checks the module's outputs and adds what is to be done with them. */
  abstract void gather(ReactorDeployment deployment) throws IOException;

  @Override
  final boolean worksOnPoms() {
    return true;
  }

  @Override
  final boolean worksForOtherModules() {
    return session().getProjects().size() > 1;
  }

  // Named on the command line, a goal runs in modules that have nothing to do with BigFlow too.
  final boolean hasSomethingToDeploy() {
    return !project().getPackaging().equals("pom")
        && (session().getProjects().size() == 1
            || BigflowLifecycleParticipant.isDeclared(project())
            || Files.exists(output().directory()));
  }

  /** Which workflows it is about. */
  final Scope scope(DagFiles files) {
    List<String> ids = workflowIds();
    return ids.isEmpty() ? Scope.ALL : Scope.of(ids, files);
  }

  /** The workflows that are named; empty = all. */
  private List<String> workflowIds() {
    return value("bigflow.workflows", workflows).stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(String::strip)
        .filter(id -> !id.isEmpty())
        .toList();
  }

  /**
   * Fails if the Composer environment that is looked up lacks an operator or argument that a
   * workflow uses: its DAG file could not be imported there.
   */
  final void requireOperators() throws IOException {
    Optional<ComposerName> name = composerName();
    if (name.isEmpty() || bucketLocation().isPresent() || !Files.exists(output().workflows())) {
      return;
    }
    List<String> ids = workflowIds();
    List<WorkflowSpec> used =
        SpecJson.read(output().workflows(), ProjectSpec.class).workflows().stream()
            .filter(workflow -> ids.isEmpty() || ids.contains(workflow.id()))
            .filter(workflow -> workflow.tasks().stream().anyMatch(task -> !isPod(task)))
            .toList();
    if (used.isEmpty()) {
      return; // nothing that would need to ask Composer
    }
    ComposerEnvironment environment = composer(name.get());
    Optional<ComposerImage> image = ComposerImage.parse(environment.imageVersion());
    if (image.isEmpty()) {
      return;
    }
    List<Problem> problems =
        SpecValidator.missing(
            used,
            ProviderCheck.of(
                image.get().text(), value(AirflowTargets.PROVIDERS, airflowProviders).orElse("")));
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "The Composer environment " + environment.name() + " could not import all DAG files:",
          problems);
    }
  }

  private static boolean isPod(TaskSpec task) {
    return task instanceof TaskSpec.Job;
  }

  /**
   * What would stop the deployment after the image was pushed, and can be seen before: a plan that
   * does not hold any more, a wait for an Airflow that nobody has named.
   */
  final void requireDeployable(DagFiles files, Scope scope, DagDeployer deployer, DagBucket bucket)
      throws IOException {
    requireAirflowToWaitFor();
    requireOperators();
    Optional<PlanDocument> reviewed = reviewedPlan();
    if (reviewed.isPresent()) {
      reviewed.get().requireSame(deployer.prepare(files, scope), bucket.name());
    }
  }

  /** Adds the image of this module. */
  final void addImage(ReactorDeployment deployment) throws IOException {
    BuiltImage image = builtImage();
    Path tar = output().imageTar();
    output().requireFile(tar, "build-image");
    ImageRegistry registry = registry(image.repository());
    deployment.addImage(
        project(),
        () -> {
          long start = System.nanoTime();
          ImageDeployer.Result result = ImageDeployer.deploy(image, tar, registry, progress());
          deployment.imageDone(
              project(), result == ImageDeployer.Result.PUSHED, System.nanoTime() - start);
        });
  }

  /** Adds the DAG files of this module. */
  final void addDags(ReactorDeployment deployment) throws IOException {
    BuiltImage image = builtImage();
    DagFiles files = builtDags(image);
    Scope scope = scope(files);
    ImageRegistry registry = registry(image.repository());
    DagBucket bucket = bucket();
    DagDeployer deployer = deployer(bucket, registry);
    // The plan once more below, but the image must not be pushed in vain before.
    requireDeployable(files, scope, deployer, bucket);
    Optional<PlanDocument> reviewed = reviewedPlan();
    deployment.addDags(
        project(),
        () -> {
          PreparedDeployment prepared = deployer.prepare(files, scope);
          if (reviewed.isPresent()) {
            reviewed.get().requireSame(prepared, bucket.name());
          }
          Optional<Parsing> parsing = parsing(prepared);
          DeployReport report = deployer.apply(prepared);
          writeReport(deployment.image(project()).map(report::withFirstPhase).orElse(report));
          finish(prepared, parsing);
        });
  }

  /** The plan that this deployment is to apply, if one is named. */
  final Optional<PlanDocument> reviewedPlan() throws IOException {
    Optional<String> file = value("bigflow.plan", plan);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(PlanDocument.read(baseDirectory().resolve(file.get())));
  }
}
