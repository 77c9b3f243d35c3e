// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.dag.DagIdPattern;
import io.bigflow.discovery.DefinitionScanner;
import io.bigflow.discovery.ForkedWorkflowDiscovery;
import io.bigflow.discovery.JobAccounts;
import io.bigflow.discovery.SpecValidator;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.DefinitionFailure;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.maven.project.MavenProject;

/** From the project's classes to the checked workflows and the launcher's index. */
final class DescribeStep {
  private static final String RUNTIME_CLASS = "io/bigflow/describe/Describe.class";
  private static final String PREFIX = "application-";
  private static final String SUFFIX = ".properties";

  private final AbstractBigflowMojo mojo;
  private final DagIdPattern dagIds;
  private final Duration limit;
  private final Optional<String> composerProject;
  private final Supplier<ProviderCheck> providers;

  DescribeStep(
      AbstractBigflowMojo mojo,
      DagIdPattern dagIds,
      Duration limit,
      Optional<String> composerProject,
      Supplier<ProviderCheck> providers) {
    this.mojo = mojo;
    this.dagIds = dagIds;
    this.limit = limit;
    this.composerProject = composerProject;
    this.providers = providers;
  }

  /**
   * Describes the project anew; on any problem the earlier results are gone and nothing is left.
   */
  ProjectSpec run() throws IOException, InterruptedException {
    MavenProject project = mojo.project();
    ProjectClassPath classPath = ProjectClassPath.of(project);
    Path index = classPath.classes().resolve(WorkflowIndex.RESOURCE);
    Files.deleteIfExists(index);
    Files.deleteIfExists(mojo.output().workflows());

    List<String> environments = environments(classPath.classes());
    requireKnownEnvironment(environments);
    ProjectSpec found = discover(classPath);
    requireSound(found);

    SpecJson.write(found, mojo.output().workflows());
    SpecJson.write(
        new WorkflowIndex(
            SpecJson.FORMAT_VERSION,
            project.getGroupId() + ":" + project.getArtifactId(),
            project.getVersion(),
            environments,
            found.workflows().stream().map(DescribeStep::entry).toList()),
        index);
    mojo.progress().say(summary(found));
    JobAccounts.of(found).lines().forEach(mojo.progress()::say);
    return found;
  }

  private ProjectSpec discover(ProjectClassPath classPath)
      throws IOException, InterruptedException {
    List<String> definitions =
        new DefinitionScanner().scan(classPath.classes(), classPath.elements());
    if (definitions.isEmpty()) {
      throw noDefinitions(classPath);
    }
    return new ForkedWorkflowDiscovery(
            RunMojo.javaHome(),
            classPath.elements(),
            mojo.baseDirectory(),
            limit,
            mojo.progress()::detail)
        .describe(definitions, mojo.env());
  }

  private BigflowException noDefinitions(ProjectClassPath classPath) throws IOException {
    String classes = classPath.classes().toString();
    if (!hasRuntime(classPath.elements())) {
      return BigflowException.of(
          Problem.of(
              "Module '" + mojo.project().getArtifactId() + "' does not depend on bigflow-runtime",
              mojo.project().getFile().toString(),
              "Add the dependency io.bigflow:bigflow-runtime:"
                  + Versions.bigflow()
                  + ", or switch the plugin off for this module with the property"
                  + " bigflow.skip=true"));
    }
    return BigflowException.of(
        Problem.of(
            "Module '" + mojo.project().getArtifactId() + "' declares no workflow",
            classes,
            "Write a class that implements io.bigflow.workflow.WorkflowDefinition, or switch the"
                + " plugin off for this module with the property bigflow.skip=true"));
  }

  private static boolean hasRuntime(List<Path> elements) throws IOException {
    for (Path element : elements) {
      if (Files.isDirectory(element)) {
        if (Files.exists(element.resolve(RUNTIME_CLASS))) {
          return true;
        }
      } else if (Files.isRegularFile(element)) {
        try (ZipFile jar = new ZipFile(element.toFile())) {
          if (jar.getEntry(RUNTIME_CLASS) != null) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static List<String> environments(Path classes) throws IOException {
    if (!Files.isDirectory(classes)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(classes)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
          .map(name -> name.substring(PREFIX.length(), name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  private void requireKnownEnvironment(List<String> environments) {
    String env = mojo.env();
    if (!environments.isEmpty() && !environments.contains(env)) {
      throw BigflowException.of(
          Problem.of(
                  "Environment '"
                      + env
                      + "' is unknown; the project has configuration for: "
                      + String.join(", ", environments),
                  "bigflow.env",
                  "Choose one of them with -Dbigflow.env=… or a profile, or write"
                      + " src/main/resources/"
                      + PREFIX
                      + env
                      + SUFFIX)
              .see("unknown-environment"));
    }
  }

  private void requireSound(ProjectSpec found) {
    List<Problem> problems = new ArrayList<>();
    for (DefinitionFailure failure : found.failures()) {
      problems.add(
          Problem.of(
              failure.definition() + ": " + failure.problem(), failure.place(), failure.fix()));
    }
    SpecValidator.Findings findings =
        SpecValidator.validate(found.workflows(), dagIds, mojo.env(), providers.get());
    problems.addAll(findings.problems());
    findings.warnings().forEach(warning -> mojo.progress().warn(warning.text()));
    JobAccounts.of(found)
        .warning(composerProject)
        .ifPresent(warning -> mojo.progress().warn(warning.text()));
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "The workflows of '"
              + mojo.project().getArtifactId()
              + "' have "
              + (problems.size() == 1 ? "a problem:" : problems.size() + " problems:"),
          problems);
    }
  }

  private static WorkflowIndex.Entry entry(WorkflowSpec workflow) {
    return new WorkflowIndex.Entry(
        workflow.id(), workflow.definition(), workflow.jobs().stream().map(TaskSpec::id).toList());
  }

  private static String summary(ProjectSpec spec) {
    int jobs = spec.workflows().stream().mapToInt(workflow -> workflow.jobs().size()).sum();
    return count(spec.workflows().size(), "workflow")
        + " with "
        + count(jobs, "job")
        + " for environment "
        + spec.env()
        + ": "
        + spec.workflows().stream().map(WorkflowSpec::id).collect(Collectors.joining(", "));
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
