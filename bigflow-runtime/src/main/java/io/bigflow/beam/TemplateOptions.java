// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.google.JobLabels;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The options of a pipeline that is started from a template, of either kind, and what both kinds
 * say to Dataflow when it starts.
 */
final class TemplateOptions {

  /**
   * Tells tasks and runs apart: their ids hold characters that names of Dataflow jobs must not
   * have, and a UUID of a text is the only hash that Airflow's templates can make.
   */
  private static final Template RUN =
      Template.jinja(
          "{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_OID,"
              + " ti.dag_id ~ ' ' ~ ti.task_id ~ ' ' ~ run_id) }}");

  private static final String IMAGE = "sdkContainerImage";
  private static final String FILES = "filesToStage";

  /** What the job itself says, so that no run can. */
  static final Set<String> OF_JOB =
      Set.of(
          IMAGE,
          JobOptions.IMPERSONATE,
          FILES,
          "stagingLocation",
          "tempLocation",
          "gcpTempLocation",
          "labels",
          "appName",
          "update",
          "streaming");

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
    if (given.values().containsKey(FILES)) {
      throw new ConfigurationException(
          "A template has its classes from the image of its workers, so no files are staged with"
              + " it. Remove the option '"
              + FILES
              + "' ("
              + given.origins().get(FILES)
              + "), and add what it names to the project.");
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
    }
    folder();
  }

  /** The environment that they are of. */
  String env() {
    return env;
  }

  /** The options that runs give. */
  Set<String> parameters() {
    return parameters;
  }

  /** The interfaces of options that the project declares itself. */
  Set<Class<? extends PipelineOptions>> types() {
    return types;
  }

  /** Whether an interface has an option, with a getter of which something is true. */
  static boolean has(
      Class<? extends PipelineOptions> type, String option, Predicate<Method> isWanted) {
    Set<String> getters = Set.of(getter(option), getter(option).replaceFirst("^get", "is"));
    return Arrays.stream(type.getMethods())
        .anyMatch(method -> getters.contains(method.getName()) && isWanted.test(method));
  }

  /** What the method is called that gives an option, unless it is a flag's. */
  static String getter(String option) {
    String first = option.isEmpty() ? "" : option.substring(0, 1).toUpperCase(Locale.ROOT);
    return "get" + first + option.substring(first.length());
  }

  /** Where templates lie below, without a slash at the end. */
  String folder() {
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

  /**
   * The options as Dataflow's runner takes them.
   *
   * @throws ConfigurationException if one is missing or Beam does not accept it
   */
  DataflowPipelineOptions make() {
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

  /**
   * The options with what is said of one run, which beats what the environment says.
   *
   * @param said {@code --name=value} each
   * @throws ConfigurationException if Beam does not accept one
   */
  DataflowPipelineOptions make(List<String> said) {
    DataflowPipelineOptions options =
        given
            .with(
                said,
                option ->
                    parameters.contains(option)
                        ? "BeamTemplate.parameter(\"" + option + "\", …)"
                        : "what Dataflow says of the run")
            .make(false)
            .as(DataflowPipelineOptions.class);
    // Without it Beam asks Google whether the other one can be used, at length.
    @Nullable String temporary = options.getTempLocation();
    options.setGcpTempLocation(temporary == null ? temporary() : temporary);
    return options;
  }

  // ---- what Dataflow is told at each start

  /**
   * The name of a run's Dataflow job: a try which follows a lost one does not start a second one
   * beside it, because Dataflow refuses the name while the first one is active.
   */
  Template jobName(OperatorContext context) {
    return Template.join(JobNames.stem(context.workflow(), context.task(), env) + "-", RUN);
  }

  /** What both kinds of templates call the environment of a start. */
  static Map<String, Object> environment(
      DataflowPipelineOptions options, String workflow, String task, String env) {
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
    // Not in a classic template as well: what Dataflow makes of a label that is in both is not
    // documented.
    all.put("additionalUserLabels", labels(options, workflow, task, env));
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

  /** The labels that a build has; the others are given at each start. */
  static Map<String, String> labelsOfBuild(String image, String version) {
    Map<String, String> labels = new TreeMap<>(WorkerImage.labels(image));
    labels.put("bigflow-version", JobLabels.value(version));
    return labels;
  }
}
