// SPDX-License-Identifier: Apache-2.0
package io.bigflow.stage;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.definition.DefinitionException;
import io.bigflow.definition.DefinitionLoader;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TemplateRequest;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.TemplateJob;
import io.bigflow.workflow.Workflow;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Makes the templates of a project's pipelines. The build starts it in a JVM of its own, on the
 * project's class path.
 *
 * <p>It stops at the first failure, says it on the error stream, and ends with 1; with 2 if the
 * request or the configuration files are unusable. Like the description of a project, a template
 * knows no variables of the operating system.
 */
@Command(name = "stage", description = "Makes the templates of pipelines.", sortOptions = false)
public final class StageTemplates implements Callable<Integer> {

  private final ClassLoader classLoader;
  private final PrintWriter err;

  @Option(
      names = "--request",
      paramLabel = "FILE",
      required = true,
      description = "JSON file that says which templates are wanted.")
  private Path request = Path.of("");

  private StageTemplates(ClassLoader classLoader, PrintWriter err) {
    this.classLoader = classLoader;
    this.err = err;
  }

  /** Makes the templates and ends the JVM, even if user code left threads running. */
  public static void main(String[] args) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(args, Thread.currentThread().getContextClassLoader(), err));
  }

  /**
   * Makes the templates.
   *
   * @return the exit code
   */
  static int run(String[] args, ClassLoader classLoader, PrintWriter err) {
    return new CommandLine(new StageTemplates(classLoader, err))
        .setErr(err)
        .setExpandAtFiles(false)
        .execute(args);
  }

  @Override
  public Integer call() throws IOException {
    TemplateRequest wanted = SpecJson.read(request, TemplateRequest.class);
    DefinitionContext context;
    try {
      context =
          new DeclaredFor(
              wanted.env(),
              EnvironmentConfig.builder(wanted.env()).classLoader(classLoader).build());
    } catch (ConfigurationException e) {
      err.println(e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    DefinitionLoader loader = new DefinitionLoader(classLoader);
    Map<String, Workflow> workflows = new HashMap<>();
    for (TemplateRequest.Wanted template : wanted.templates()) {
      String task = template.workflow() + "." + template.task();
      try {
        Workflow workflow = workflows.get(template.definition());
        if (workflow == null) {
          workflow = loader.load(template.definition(), context);
          workflows.put(template.definition(), workflow);
        }
        @Nullable TemplateJob job = job(workflow, template.task()).orElse(null);
        if (job == null) {
          err.println(
              "Task '"
                  + task
                  + "' names the template of its own pipeline, but has no job that makes one. Make"
                  + " it a BeamTemplate.");
          return CommandLine.ExitCode.SOFTWARE;
        }
        job.stage(
            new TemplateContext(
                template.workflow(),
                template.task(),
                wanted.env(),
                wanted.version(),
                wanted.image(),
                context.config(),
                template.address(),
                Path.of(template.directory())));
      } catch (DefinitionException e) {
        err.println(e.failure().place() + ": " + e.failure().problem() + ". " + e.failure().fix());
        return CommandLine.ExitCode.SOFTWARE;
      } catch (ConfigurationException e) {
        err.println("Task '" + task + "': " + e.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
      } catch (Throwable e) {
        err.println("The pipeline of task '" + task + "' cannot be made:");
        e.printStackTrace(err);
        return CommandLine.ExitCode.SOFTWARE;
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private static Optional<TemplateJob> job(Workflow workflow, String id) {
    return workflow.tasks().stream()
        .filter(task -> task.id().equals(id))
        .filter(JobTask.class::isInstance)
        .map(task -> ((JobTask) task).job())
        .filter(TemplateJob.class::isInstance)
        .map(TemplateJob.class::cast)
        .findFirst();
  }
}
