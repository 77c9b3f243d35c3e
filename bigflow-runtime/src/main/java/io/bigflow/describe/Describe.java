// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.definition.DefinitionException;
import io.bigflow.definition.DefinitionLoader;
import io.bigflow.spec.DefinitionFailure;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.Workflow;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes the description of a project's workflows to a file. The build starts it in a JVM of its
 * own, so user code may do what it likes with the standard streams.
 *
 * <p>Every definition is tried and every failure is written down; the exit code is 0 as soon as the
 * file is there, failures or not. It is 2 if the arguments or the configuration files are unusable.
 * Variables of the operating system are not read: what a build makes must not depend on the
 * machine, and the container of a job has other variables anyway.
 */
@Command(
    name = "describe",
    description = "Writes the description of workflow definitions as JSON.",
    sortOptions = false)
public final class Describe implements Callable<Integer> {

  private final ClassLoader classLoader;
  private final PrintWriter err;

  @Option(
      names = "--definition",
      paramLabel = "CLASS",
      description = "Binary name of a class that declares a workflow; repeatable.")
  private List<String> definitions = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "ENV",
      required = true,
      description = "Environment to declare the workflows for.")
  private String env = "";

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description = "File to write; its folder is made if necessary.")
  private Path output = Path.of("");

  private Describe(ClassLoader classLoader, PrintWriter err) {
    this.classLoader = classLoader;
    this.err = err;
  }

  /** Describes and ends the JVM, even if user code left threads running. */
  public static void main(String[] args) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(args, Thread.currentThread().getContextClassLoader(), err));
  }

  /**
   * Describes.
   *
   * @return the exit code
   */
  static int run(String[] args, ClassLoader classLoader, PrintWriter err) {
    return new CommandLine(new Describe(classLoader, err))
        .setErr(err)
        .setExpandAtFiles(true)
        .execute(args);
  }

  @Override
  public Integer call() throws IOException {
    DefinitionContext context;
    try {
      context =
          new DeclaredFor(env, EnvironmentConfig.builder(env).classLoader(classLoader).build());
      // Wrong accounts are the environment's mistake, not that of each of its workflows.
      context.config().find(Impersonation.KEY, Impersonation.class);
    } catch (ConfigurationException e) {
      err.println(e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    SpecJson.write(describe(context), output);
    return CommandLine.ExitCode.OK;
  }

  private ProjectSpec describe(DefinitionContext context) {
    DefinitionLoader loader = new DefinitionLoader(classLoader);
    WorkflowCompiler compiler = new WorkflowCompiler();
    List<WorkflowSpec> workflows = new ArrayList<>();
    List<DefinitionFailure> failures = new ArrayList<>();
    for (String definition : definitions.stream().distinct().sorted().toList()) {
      try {
        Workflow workflow = loader.load(definition, context);
        workflows.add(
            loader.guarded(
                definition,
                "Workflow '" + workflow.id() + "'",
                () -> compiler.compile(definition, workflow, context.env(), context.config())));
      } catch (DefinitionException e) {
        failures.add(e.failure());
      }
    }
    workflows.sort(Comparator.comparing(WorkflowSpec::id).thenComparing(WorkflowSpec::definition));
    return new ProjectSpec(
        SpecJson.FORMAT_VERSION, context.env(), jobsProject(context.config()), workflows, failures);
  }

  private static @Nullable String jobsProject(JobConfig config) {
    try {
      return config.find(ProjectSpec.JOBS_PROJECT_KEY).orElse(null);
    } catch (ConfigurationException e) {
      // Only the container has the variable that it is made of. Nothing here needs it.
      return null;
    }
  }
}
