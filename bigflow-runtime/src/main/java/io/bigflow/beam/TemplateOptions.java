// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.google.JobLabels;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.beam.runners.dataflow.DataflowRunner;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.jspecify.annotations.Nullable;

/**
 * The options of a pipeline that is started from a template, and what is made of them: the template
 * itself, and the operator that starts it.
 */
final class TemplateOptions {

  private static final String OPERATOR =
      "airflow.providers.google.cloud.operators.dataflow.DataflowTemplatedJobStartOperator";

  /**
   * Tells tasks and runs apart: their ids hold characters that names of Dataflow jobs must not
   * have, and a UUID of a text is the only hash that Airflow's templates can make.
   */
  private static final Template RUN =
      Template.jinja(
          "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID,"
              + " ti.dag_id ~ ' ' ~ ti.task_id ~ ' ' ~ run_id) }}");

  private static final String IMAGE = "sdkContainerImage";

  // A bucket and folders that need no escape anywhere.
  private static final Pattern FOLDER =
      Pattern.compile("gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/(?!\\.+(/|$))[A-Za-z0-9._-]+)*/?");

  private final JobOptions given;
  private final Set<Class<? extends PipelineOptions>> types;
  private final Set<String> parameters;
  private final String env;

  private TemplateOptions(
      JobOptions given,
      Set<Class<? extends PipelineOptions>> types,
      Set<String> parameters,
      String env) {
    this.given = given;
    this.types = types;
    this.parameters = parameters;
    this.env = env;
  }

  /** Applies the transforms. */
  @FunctionalInterface
  interface Transforms {
    void apply(Pipeline pipeline) throws Exception;
  }

  /**
   * The options in an environment.
   *
   * @param parameters the options that runs give
   * @throws ConfigurationException if one is missing, unknown or given twice
   */
  static TemplateOptions of(
      JobConfig config, String env, OptionSources sources, Set<String> parameters) {
    sources.register();
    TemplateOptions options =
        new TemplateOptions(
            JobOptions.of(config, Optional.empty(), sources.prefix(), sources.fromCode()),
            sources.types(),
            parameters,
            env);
    options.check();
    return options;
  }

  private void check() {
    if (given.values().containsKey(JobOptions.IMPERSONATE)) {
      throw new ConfigurationException(
          "A pipeline that Airflow starts from a template acts as the account of its task, so the"
              + " option '"
              + JobOptions.IMPERSONATE
              + "' ("
              + given.origins().get(JobOptions.IMPERSONATE)
              + ") has no effect. Remove it, and name the account with the configuration key"
              + " bigflow.impersonateServiceAccount or with impersonate(…) at the task.");
    }
    if (given.values().containsKey(IMAGE)) {
      throw new ConfigurationException(
          "The workers of a pipeline that is started from a template run the project's image, which"
              + " has its classes, so the option '"
              + IMAGE
              + "' ("
              + given.origins().get(IMAGE)
              + ") cannot be set. Remove it, or use a BeamJob.");
    }
    for (String parameter : parameters) {
      if (given.values().containsKey(parameter)) {
        throw new ConfigurationException(
            "The option '"
                + parameter
                + "' has a value ("
                + given.origins().get(parameter)
                + "), but each run gives one, too: BeamTemplate.parameter(\""
                + parameter
                + "\", …). Remove one of them.");
      }
      if (types.stream().noneMatch(type -> isProvider(type, parameter))) {
        throw new ConfigurationException(
            "A run cannot give a value to the option '"
                + parameter
                + "': no interface of BeamTemplate.options(…) has the method ValueProvider<…> "
                + getter(parameter)
                + "(). Its interfaces: "
                + types.stream().map(Class::getSimpleName).sorted().toList()
                + ".");
      }
    }
    folder();
  }

  private static String getter(String option) {
    return "get" + option.substring(0, 1).toUpperCase(Locale.ROOT) + option.substring(1);
  }

  private static boolean isProvider(Class<?> type, String option) {
    if (option.isEmpty()) {
      return false;
    }
    for (Method method : type.getMethods()) {
      if (method.getName().equals(getter(option))
          && method.getGenericReturnType() instanceof ParameterizedType returned
          && returned.getRawType() == ValueProvider.class) {
        return true;
      }
    }
    return false;
  }

  /** Where templates lie below, without a slash at the end. */
  private String folder() {
    String stated = required("stagingLocation");
    if (!FOLDER.matcher(stated).matches()) {
      throw new ConfigurationException(
          "'"
              + stated
              + "' ("
              + given.origins().get("stagingLocation")
              + ") cannot be where templates lie. Write gs://BUCKET or gs://BUCKET/FOLDER with"
              + " letters, digits, '.', '_' and '-'.");
    }
    return stated.replaceFirst("/$", "");
  }

  private String required(String option) {
    @Nullable String value = given.values().get(option);
    if (value == null || value.isBlank()) {
      throw new ConfigurationException(
          "A template of Dataflow needs the option '"
              + option
              + "'. Set "
              + JobOptions.GROUP
              + "."
              + option
              + " in job configuration of environment '"
              + env
              + "'.");
    }
    return value;
  }

  /** Where Dataflow keeps what it needs while the pipeline runs. */
  private String temporary() {
    @Nullable String own = given.values().get("gcpTempLocation");
    @Nullable String shared = given.values().get("tempLocation");
    return own != null ? own : shared != null ? shared : folder() + "/temp";
  }

  private DataflowPipelineOptions make() {
    required("project");
    required("region");
    DataflowPipelineOptions options = given.make(false).as(DataflowPipelineOptions.class);
    // Without them Beam asks Google for a bucket.
    options.setGcpTempLocation(temporary());
    if (options.getTempLocation() == null) {
      options.setTempLocation(temporary());
    }
    return options;
  }

  // ---- the operator

  /**
   * The operator that starts the template. Its Dataflow job has a name of the run, so that a try
   * which follows a lost one does not start a second one beside it: Dataflow refuses the name while
   * the first one is active. Only arguments that all versions since provider 10 (Airflow 2.10)
   * have.
   *
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/RuntimeEnvironment">the
   *     environment of a start</a>
   */
  Operator operator(OperatorContext context, Map<String, Template> values) {
    DataflowPipelineOptions options = make();
    return Operator.of(OPERATOR)
        .with("project_id", options.getProject())
        .with("location", options.getRegion())
        .with("template", Template.pipelineTemplate(folder()))
        .with(
            "job_name",
            Template.join(JobNames.stem(context.workflow(), context.task(), env) + "-", RUN))
        .with("append_job_name", false)
        .with("parameters", values)
        .with("environment", environment(options, context))
        .with("deferrable", true);
  }

  private static Map<String, Object> environment(
      DataflowPipelineOptions options, OperatorContext context) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("tempLocation", options.getGcpTempLocation());
    all.put("numWorkers", positive(options.getNumWorkers()));
    all.put("maxWorkers", positive(options.getMaxNumWorkers()));
    all.put("machineType", options.getWorkerMachineType());
    all.put("workerRegion", options.getWorkerRegion());
    all.put("workerZone", options.getWorkerZone());
    all.put("network", options.getNetwork());
    all.put("subnetwork", options.getSubnetwork());
    all.put(
        "ipConfiguration",
        Boolean.FALSE.equals(options.getUsePublicIps()) ? "WORKER_IP_PRIVATE" : null);
    all.put("serviceAccountEmail", options.getServiceAccount());
    all.put("kmsKeyName", options.getDataflowKmsKey());
    // Not in the template as well: what Dataflow makes of a label that is in both is not
    // documented.
    all.put(
        "additionalUserLabels", labels(options, context.workflow(), context.task(), context.env()));
    Map<String, Object> stated = new LinkedHashMap<>();
    all.forEach(
        (name, value) -> {
          if (value != null) {
            stated.put(name, value);
          }
        });
    return stated;
  }

  private static @Nullable Integer positive(int number) {
    return number > 0 ? number : null;
  }

  private static Map<String, String> labels(
      DataflowPipelineOptions options, String workflow, String job, String env) {
    @Nullable Map<String, String> own = options.getLabels();
    return JobLabels.of(own == null ? Map.of() : own, workflow, job, env);
  }

  // ---- the template

  /** Writes the template and the pipeline that it names. */
  void stage(TemplateContext context, Transforms transforms) throws Exception {
    DataflowPipelineOptions options = make();
    options.setJobName(JobNames.stem(context.workflow(), context.job(), context.env()));
    Map<String, String> labels = new TreeMap<>(WorkerImage.labels(context.image()));
    labels.put("bigflow-version", JobLabels.value(context.version()));
    options.setLabels(labels);
    WorkerImage.use(context.image(), options);
    if (options.getFilesToStage() == null) {
      options.setFilesToStage(List.of());
    }
    Path template = context.directory().resolve(TemplateContext.TEMPLATE);
    options.setTemplateLocation(template.toString());
    options.setStagingLocation(context.address());
    options.setStager(new FolderStager(context.directory(), context.address()));
    // Nothing is asked of Google while a project is built.
    options.setPathValidatorClass(NoopPathValidator.class);
    options.setGcpCredential(GoogleCredentials.create(new AccessToken("none", null)));
    Pipeline pipeline = Pipeline.create(options);
    transforms.apply(pipeline);
    try {
      DataflowRunner.fromOptions(options).run(pipeline);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "Dataflow cannot run the pipeline with these options: "
              + e.getMessage()
              + " They are set in job configuration, as beam.<option>.",
          e);
    }
    if (options.isStreaming()) {
      throw new ConfigurationException(
          "The pipeline has no end, so each run would start one more that goes on for ever. Keep a"
              + " streaming pipeline by BeamJob.streaming(), or bound what it reads.");
    }
    // Beam keeps where it wrote the file, which is a path of the machine that builds.
    String written = Files.readString(template);
    Files.writeString(
        template,
        written.replace(
            json(template.toString()), json(context.address() + "/" + TemplateContext.TEMPLATE)),
        StandardCharsets.UTF_8);
  }

  private static String json(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
