// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.definition.DeclaredParameters;
import io.bigflow.run.BuildInfo;
import io.bigflow.run.Cancellation;
import io.bigflow.run.ContainerRole;
import io.bigflow.run.RunContext;
import io.bigflow.run.RuntimeFormat;
import io.bigflow.spec.ConfCheck;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.TemplateJob;
import io.bigflow.workflow.Workflow;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The entry point of a project's image: runs one job, or what else a container of the image is
 * started for ({@link ContainerRole}, {@link TemplateLaunch}). Needs the index that the build wrote
 * into the classes ({@link WorkflowIndex#RESOURCE}) and creates only the workflow that the job
 * belongs to.
 *
 * <p>Exit codes: 0 the job is done; 1 the job failed; 2 wrong usage or configuration, which trying
 * again cannot help. A job that is stopped by SIGTERM ends with the code of the signal (143).
 */
@Command(
    name = "bigflow",
    description = "Runs the jobs of this project.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND")
public final class Launcher {

  /** The job is done. */
  public static final int DONE = 0;

  /** The job failed. */
  public static final int FAILED = 1;

  /** Wrong usage or configuration. */
  public static final int MISUSED = 2;

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private final ClassLoader classLoader;
  private final Map<String, String> variables;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Consumer<Runnable> shutdownHooks;
  private final Path googleLauncher;

  /**
   * A launcher.
   *
   * @param classLoader has the project's classes and resources
   * @param variables the variables of the operating system
   * @param out the standard output
   * @param err the standard error output
   * @param shutdownHooks takes what must be done when the JVM is told to end
   */
  Launcher(
      ClassLoader classLoader,
      Map<String, String> variables,
      PrintWriter out,
      PrintWriter err,
      Consumer<Runnable> shutdownHooks) {
    this(classLoader, variables, out, err, shutdownHooks, GoogleLauncher.PATH);
  }

  /** A launcher in an image that may have Google's elsewhere. */
  Launcher(
      ClassLoader classLoader,
      Map<String, String> variables,
      PrintWriter out,
      PrintWriter err,
      Consumer<Runnable> shutdownHooks,
      Path googleLauncher) {
    this.classLoader = classLoader;
    this.variables = Map.copyOf(variables);
    this.out = out;
    this.err = err;
    this.shutdownHooks = shutdownHooks;
    this.googleLauncher = googleLauncher;
  }

  /** Runs a job and ends the JVM, even if user code left threads running. */
  public static void main(String[] args) {
    Launcher launcher =
        new Launcher(
            Thread.currentThread().getContextClassLoader(),
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            hook -> Runtime.getRuntime().addShutdownHook(new Thread(hook, "bigflow-shutdown")));
    System.exit(launcher.run(args));
  }

  /**
   * Does what the arguments say.
   *
   * @return the exit code
   */
  int run(String... args) {
    CommandLine commandLine =
        new CommandLine(this)
            .setOut(out)
            .setErr(err)
            // A value may start with '@'.
            .setExpandAtFiles(false)
            .setExecutionExceptionHandler((thrown, command, parsed) -> explain(thrown));
    String version = "BigFlow " + version();
    commandLine.getCommandSpec().version(version);
    commandLine
        .getSubcommands()
        .values()
        .forEach(subcommand -> subcommand.getCommandSpec().version(version));
    boolean isCommand = args.length > 0 && !args[0].startsWith("-");
    if (!isCommand) {
      List<String> options = List.of(args);
      if (TemplateLaunch.isMeantBy(options)) {
        return play(
            "The pipeline of a Flex template cannot be made for Dataflow",
            () -> new TemplateLaunch(classLoader, index()).run(options));
      }
      Optional<ContainerRole> role = role(options);
      if (role.isPresent()) {
        return play(
            "The container failed in a role other than a job's",
            () -> {
              role.get().play(options);
              return DONE;
            });
      }
      GoogleLauncher google = new GoogleLauncher(googleLauncher, variables, err);
      if (google.isMeantBy(options)) {
        return play(
            googleLauncher + " cannot be started", () -> google.start(options, shutdownHooks));
      }
    }
    if (args.length == 0) {
      commandLine.usage(err);
      return MISUSED;
    }
    return commandLine.execute(args);
  }

  /** What somebody takes this container for who wants no job of it. */
  private Optional<ContainerRole> role(List<String> options) {
    return ServiceLoader.load(ContainerRole.class, classLoader).stream()
        .map(ServiceLoader.Provider::get)
        .filter(role -> role.isMeantBy(options))
        .findFirst();
  }

  /** Something else than a job; gives the exit code. */
  @FunctionalInterface
  private interface Role {
    int play() throws Exception;
  }

  private int play(String failure, Role role) {
    try {
      return role.play();
    } catch (ConfigurationException e) {
      err.println(e.getMessage());
      log.debug("Refused", e);
      return MISUSED;
    } catch (Throwable e) {
      log.error(failure, e);
      if (!log.isErrorEnabled()) {
        // Without a binding slf4j drops everything; the reason of a failure must not be lost.
        err.println(failure);
        e.printStackTrace(err);
      }
      return FAILED;
    }
  }

  private int explain(Exception thrown) throws Exception {
    if (!(thrown instanceof ConfigurationException)) {
      throw thrown;
    }
    err.println(thrown.getMessage());
    log.debug("Refused", thrown);
    return MISUSED;
  }

  @Command(
      name = "run",
      description = "Runs one job in this JVM.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int runJob(
      @Option(
              names = "--job",
              required = true,
              paramLabel = "WORKFLOW.JOB",
              description = "The job to run, for example hello.say_hello.")
          String jobName,
      @Option(
              names = "--runtime",
              required = true,
              paramLabel = "TIME",
              description =
                  "Start of the data interval, for example 2026-01-01T00:00:00+00:00 or 2026-01-01;"
                      + " UTC unless it has an offset.")
          String runtimeText,
      @Option(
              names = "--env",
              required = true,
              paramLabel = "ENV",
              description = "The environment in which the job works, for example dev.")
          String env,
      @Option(
              names = "--run-id",
              paramLabel = "ID",
              description = "Identifies the run. Default: manual__ and the runtime.")
          @Nullable String runIdGiven,
      @Option(
              names = "--conf",
              paramLabel = "JSON",
              description = "JSON object that the run was triggered with. Default: {}")
          @Nullable String confGiven,
      @Option(
              names = "--image",
              paramLabel = "REFERENCE",
              description =
                  "The image that this runs in, by digest, for jobs that start workers of it."
                      + " Default: none, this is no container.")
          @Nullable String image,
      @Option(
              names = "--template",
              paramLabel = "FILE",
              description =
                  "The deployed template of the job's pipeline, gs://…, which Dataflow starts then."
                      + " Default: none, the job runs here.")
          @Nullable String template) {
    WorkflowIndex index = index();
    KnownJobs known = new KnownJobs(index);
    KnownJobs.Name name = known.require(jobName);
    known.requireEnvironment(env);
    ZonedDateTime runtime = RuntimeFormat.parse(runtimeText);
    String runId =
        runIdGiven == null
            ? "manual__" + DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(runtime)
            : requirePrintable(runIdGiven);
    Map<String, Object> conf = confGiven == null ? Map.of() : ConfJson.parse(confGiven);
    JobConfig config =
        EnvironmentConfig.builder(env).classLoader(classLoader).variables(variables).build();

    Workflow workflow = KnownJobs.declare(classLoader, name.entry(), new DeclaredFor(env, config));
    JobTask task = KnownJobs.require(name.job(), workflow, env);
    requireParameters(workflow, conf);
    RunContext context =
        new RunContext(
            workflow.id(),
            task.id(),
            runtime,
            env,
            runId,
            conf,
            config,
            Impersonation.of(task, workflow, config).orElse(null),
            new BuildInfo(index.version(), image),
            new Cancellation());
    Job job = template == null ? task.job() : fromTemplate(task, template, jobName);
    return new JobRun(job, context, index, err).execute(shutdownHooks);
  }

  @Command(
      name = "jobs",
      description = "Lists the workflows and jobs of this project.",
      mixinStandardHelpOptions = true)
  int listJobs() {
    WorkflowIndex index = index();
    out.println(index.project() + " " + index.version());
    for (WorkflowIndex.Entry entry : index.workflows()) {
      out.println(entry.id() + " (" + entry.definition() + ")");
      entry.jobs().forEach(job -> out.println("  " + entry.id() + "." + job));
    }
    List<String> environments = index.environments();
    if (!environments.isEmpty()) {
      out.println("environments: " + String.join(", ", environments));
    }
    return DONE;
  }

  @Command(
      name = "config",
      description = "Shows the job configuration of an environment, without secrets.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int showConfig(
      @Option(
              names = "--env",
              required = true,
              paramLabel = "ENV",
              description = "The environment, for example dev.")
          String env,
      @Option(
              names = "--output",
              paramLabel = "FILE",
              description =
                  "File to write as JSON; its folder is made if necessary. Default: none, the"
                      + " configuration is printed.")
          @Nullable Path output,
      @Option(
              names = "--no-variables",
              description = "Leaves out the variables of the operating system, as a build does.")
          boolean noVariables)
      throws IOException {
    EnvironmentConfig.requireName(env);
    if (classLoader.getResource(WorkflowIndex.RESOURCE) != null) {
      new KnownJobs(index()).requireEnvironment(env);
    }
    EnvironmentConfig.Builder builder = EnvironmentConfig.builder(env).classLoader(classLoader);
    EnvironmentConfig config = (noVariables ? builder : builder.variables(variables)).build();
    if (output == null) {
      out.print(config);
      out.flush();
    } else {
      SpecJson.write(config.describe(), output);
    }
    return DONE;
  }

  private WorkflowIndex index() {
    try (InputStream resource = classLoader.getResourceAsStream(WorkflowIndex.RESOURCE)) {
      if (resource == null) {
        throw new ConfigurationException(
            "There is no "
                + WorkflowIndex.RESOURCE
                + " on the class path, so no job is known. The build writes it; build the project"
                + " again: mvn clean package");
      }
      return SpecJson.read(
          new String(resource.readAllBytes(), StandardCharsets.UTF_8),
          WorkflowIndex.class,
          WorkflowIndex.RESOURCE);
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot read the index of jobs: " + e.getMessage() + " Build the project again.", e);
    }
  }

  private static Job fromTemplate(JobTask task, String file, String name) {
    if (!(task.job() instanceof TemplateJob job)) {
      throw new ConfigurationException(
          "Job '" + name + "' has no template. Make it a BeamTemplate, or leave --template out.");
    }
    return context -> job.start(context, file);
  }

  /** What else is given may be meant for somebody else, such as an operator of the workflow. */
  private static void requireParameters(Workflow workflow, Map<String, Object> conf) {
    List<String> refused = new ArrayList<>();
    for (ConfCheck.Finding finding : ConfCheck.problems(DeclaredParameters.of(workflow), conf)) {
      String line = finding.what() + ". " + finding.fix();
      if (finding.kind() == ConfCheck.Kind.UNKNOWN) {
        log.warn("Workflow '{}': {}", workflow.id(), line);
      } else {
        refused.add(line);
      }
    }
    if (!refused.isEmpty()) {
      throw new ConfigurationException(
          "--conf does not fit the parameters of workflow '"
              + workflow.id()
              + "': "
              + String.join(" ", refused));
    }
  }

  private static String requirePrintable(String runId) {
    if (runId.isBlank() || runId.chars().anyMatch(Character::isISOControl)) {
      throw new ConfigurationException(
          "--run-id is blank or has control characters. Give the id of the run, for example"
              + " manual__2026-01-01, or leave the option out.");
    }
    return runId;
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream resource = Launcher.class.getResourceAsStream("version.properties")) {
      if (resource != null) {
        properties.load(resource);
      }
    } catch (IOException e) {
      log.debug("No version", e);
    }
    return properties.getProperty("bigflow", "of an unknown version");
  }
}
