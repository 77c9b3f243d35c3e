// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.services.dataflow.model.ContainerSpec;
import com.google.api.services.dataflow.model.FlexTemplateRuntimeEnvironment;
import com.google.api.services.dataflow.model.Job;
import com.google.api.services.dataflow.model.LaunchFlexTemplateParameter;
import com.google.api.services.dataflow.model.ParameterMetadata;
import com.google.api.services.dataflow.model.SDKInfo;
import com.google.api.services.dataflow.model.TemplateMetadata;
import io.bigflow.run.LaunchParameters;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.beam.runners.dataflow.DataflowRunner;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.jspecify.annotations.Nullable;

/**
 * A Flex template: a file that names the project's image, which Dataflow starts at each run to have
 * the pipeline made. Google's launcher in the image starts the main class of BigFlow for that, with
 * what Dataflow says of the run as options of Beam, among them {@code templateLocation}, the file
 * that it then reads the pipeline from.
 *
 * @see <a
 *     href="https://cloud.google.com/dataflow/docs/guides/templates/configuring-flex-templates">what
 *     an image must have</a>
 */
record FlexTemplate(TemplateOptions given) implements PipelineTemplate {

  private static final String OPERATOR =
      "airflow.providers.google.cloud.operators.dataflow.DataflowStartFlexTemplateOperator";

  /** Dataflow's own: https://cloud.google.com/dataflow/docs/guides/troubleshoot-templates. */
  private static final Set<String> OF_DATAFLOW =
      Set.of("runner", "project", "jobName", "templateLocation", "region");

  /** Below the folder of the templates: what each run leaves there, which may expire. */
  private static final String LAUNCHES = "/launches";

  FlexTemplate {
    for (String parameter : given.parameters()) {
      if (OF_DATAFLOW.contains(parameter)
          || TemplateOptions.OF_JOB.contains(parameter)
          || parameter.startsWith(LaunchParameters.PREFIX)) {
        throw new ConfigurationException(
            "A run cannot give a value to the option '"
                + parameter
                + "': the task itself or Dataflow gives it. Remove BeamTemplate.parameter(\""
                + parameter
                + "\", …).");
      }
      if (known(given.types())
          .noneMatch(type -> TemplateOptions.has(type, parameter, getter -> true))) {
        throw new ConfigurationException(
            "A run cannot give a value to the option '"
                + parameter
                + "': neither Beam nor an interface of BeamTemplate.options(…) has it. Its"
                + " interfaces: "
                + given.types().stream().map(Class::getSimpleName).sorted().toList()
                + ".");
      }
    }
  }

  // Not what other pipelines have registered in this JVM: it is another one in the image.
  private static Stream<Class<? extends PipelineOptions>> known(
      Set<Class<? extends PipelineOptions>> own) {
    Stream<Class<? extends PipelineOptions>> ofBeam =
        ServiceLoader.load(PipelineOptionsRegistrar.class).stream()
            .flatMap(
                registrar ->
                    StreamSupport.stream(
                        registrar.get().getPipelineOptions().spliterator(), false));
    return Stream.of(own.stream(), Stream.of(PipelineOptions.class), ofBeam)
        .flatMap(types -> types);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Only arguments that all versions since provider 10 (Airflow 2.10) have.
   *
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch">the
   *     request</a>
   */
  @Override
  public Operator operator(OperatorContext context, Map<String, Template> values) {
    DataflowPipelineOptions options = given.make();
    Map<String, Object> launch = new LinkedHashMap<>();
    launch.put("jobName", given.jobName(context));
    launch.put("containerSpecGcsPath", Template.flexTemplate(given.folder()));
    launch.put(
        "parameters",
        this.<Object>parameters(
            values, context.workflow() + "." + context.task(), given.env(), Template.image()));
    launch.put("environment", environment(options, context.workflow(), context.task()));
    return Operator.of(OPERATOR)
        .with("project_id", options.getProject())
        .with("location", options.getRegion())
        .with("body", Map.of("launchParameter", launch))
        .with("append_job_name", false)
        .with("deferrable", true);
  }

  /** The options that a run gives, and which task it is of. */
  private <T> Map<String, T> parameters(Map<String, ? extends T> values, T task, T env, T image) {
    Map<String, T> parameters = new LinkedHashMap<>(values);
    parameters.put(LaunchParameters.TASK, task);
    parameters.put(LaunchParameters.ENV, env);
    parameters.put(LaunchParameters.IMAGE, image);
    return parameters;
  }

  private Map<String, Object> environment(
      DataflowPipelineOptions options, String workflow, String task) {
    Map<String, Object> environment =
        TemplateOptions.environment(options, workflow, task, given.env());
    environment.put("stagingLocation", given.folder() + LAUNCHES);
    return environment;
  }

  @Override
  public Job start(Run run, DataflowJobs jobs) throws IOException {
    JobContext context = run.context();
    String task = context.workflow() + "." + context.job();
    String image =
        context
            .image()
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "The Flex template of "
                            + task
                            + " is started with the image of its pipeline: give --image."));
    FlexTemplateRuntimeEnvironment environment = new FlexTemplateRuntimeEnvironment();
    environment(run.options(), context.workflow(), context.job()).forEach(environment::set);
    return jobs.start(
        new LaunchFlexTemplateParameter()
            .setJobName(run.options().getJobName())
            .setContainerSpecGcsPath(run.file())
            .setParameters(parameters(run.values(), task, given.env(), image))
            .setEnvironment(environment));
  }

  /** {@inheritDoc} The pipeline itself is made at each start only. */
  @Override
  public void stage(TemplateContext context, Transforms transforms) throws Exception {
    given.make();
    String task = context.workflow() + "." + context.job();
    List<ParameterMetadata> parameters = new ArrayList<>();
    for (String parameter : given.parameters()) {
      parameters.add(
          new ParameterMetadata()
              .setName(parameter)
              .setLabel(parameter)
              .setHelpText("The option of the pipeline that its runs give."));
    }
    parameters.add(own(LaunchParameters.TASK, "The task that the pipeline is of.", task));
    parameters.add(own(LaunchParameters.ENV, "The environment of the task.", context.env()));
    parameters.add(own(LaunchParameters.IMAGE, "The image of the workers.", context.image()));
    ContainerSpec spec =
        new ContainerSpec()
            .setImage(context.image())
            .setSdkInfo(new SDKInfo().setLanguage("JAVA"))
            .setMetadata(
                new TemplateMetadata()
                    .setName(task)
                    .setDescription(
                        "Task "
                            + task
                            + " of version "
                            + context.version()
                            + " in environment "
                            + context.env())
                    .setParameters(parameters));
    Files.writeString(
        context.directory().resolve(TemplateContext.TEMPLATE),
        Transport.getJsonFactory().toPrettyString(spec) + "\n",
        StandardCharsets.UTF_8);
  }

  private static ParameterMetadata own(String name, String help, String value) {
    return new ParameterMetadata()
        .setName(name)
        .setLabel(name)
        .setHelpText(help)
        .setDefaultValue(value);
  }

  /** Makes the pipeline of a run, in the image. */
  void launch(LaunchContext context, Transforms transforms) throws Exception {
    DataflowPipelineOptions options = given.make(context.options());
    if (options.getRunner() != DataflowRunner.class) {
      throw new ConfigurationException(
          "A template is of Dataflow, but the runner is "
              + options.getRunner().getSimpleName()
              + ". Start it with --runner=DataflowRunner, or without that option.");
    }
    if (options.getTemplateLocation() == null || options.getTemplateLocation().isBlank()) {
      // Beam would start the pipeline itself.
      throw new ConfigurationException(
          "The option '"
              + LaunchParameters.TEMPLATE_LOCATION
              + "' names no file, which Dataflow reads the pipeline from. Start the template by"
              + " DataflowStartFlexTemplateOperator or gcloud dataflow flex-template run.");
    }
    Map<String, String> labels = new TreeMap<>();
    @Nullable Map<String, String> stated = options.getLabels();
    if (stated != null) {
      labels.putAll(stated);
    }
    labels.putAll(TemplateOptions.labelsOfBuild(context.image(), context.version()));
    options.setLabels(labels);
    // Dataflow may have said Google's own.
    options.setSdkContainerImage(null);
    options.setFilesToStage(List.of());
    WorkerImage.use(context.image(), options);
    PipelineTemplate.write(options, transforms);
  }
}
