// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.definition.DeclaredFor;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.TemplateJob;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * A batch pipeline that Airflow starts on Dataflow from a template, which the build makes and the
 * deployment brings to {@code beam.stagingLocation}, so that no pod waits: a classic one, with
 * which nothing is made when a run starts, or a {@link #flex Flex template}. Immutable.
 *
 * <pre>{@code
 * public interface CountOptions extends PipelineOptions {
 *   ValueProvider<String> getInput();
 *   void setInput(ValueProvider<String> input);
 * }
 *
 * Task.job(
 *     "count_words",
 *     BeamTemplate.of((pipeline, context) -> pipeline
 *             .apply(TextIO.read().from(pipeline.getOptions().as(CountOptions.class).getInput()))
 *             …)
 *         .options(CountOptions.class)
 *         .parameter("input", Template.join("gs://acme-texts/", Template.runtime("%Y-%m-%d"))));
 * }</pre>
 *
 * <p>With {@code beam.runner=DataflowRunner} the task is Airflow's {@code
 * DataflowTemplatedJobStartOperator} or {@code DataflowStartFlexTemplateOperator}, which is
 * deferred while the pipeline runs. Everywhere else, in {@code mvn bigflow:run}, and {@link
 * #execution in a pod} the same pipeline runs as a {@link BeamJob} does, with its parameters filled
 * in. {@code mvn bigflow:run -Dbigflow.fromTemplate} has Dataflow start the deployed template.
 *
 * <p>Options are given as those of {@link BeamJob}, and are fixed when the project is built, but
 * for those that are {@link #parameter parameters}. Dataflow needs {@code beam.project}, {@code
 * beam.region} and {@code beam.stagingLocation}. The operator acts as the account of the task's
 * {@code impersonate(…)}.
 *
 * @see <a href="https://cloud.google.com/dataflow/docs/guides/templates/creating-templates">classic
 *     templates</a>
 */
public final class BeamTemplate implements TemplateJob {

  private final TemplateDefinition definition;
  private final OptionSources options;
  private final Map<String, Template> parameters;
  private final boolean flex;
  private final Execution execution;
  private final @Nullable Duration timeout;

  private BeamTemplate(
      TemplateDefinition definition,
      OptionSources options,
      Map<String, Template> parameters,
      boolean flex,
      Execution execution,
      @Nullable Duration timeout) {
    this.definition = definition;
    this.options = options;
    this.parameters = parameters;
    this.flex = flex;
    this.execution = execution;
    this.timeout = timeout;
  }

  /** A batch pipeline. */
  public static BeamTemplate of(TemplateDefinition definition) {
    return new BeamTemplate(
        definition, OptionSources.SHARED, Map.of(), false, Execution.OPERATOR, null);
  }

  /**
   * With options of its own in job configuration.
   *
   * @param newPrefix for example {@code wordcount}: the key {@code wordcount.beam.region} beats
   *     {@code beam.region}
   */
  public BeamTemplate configuredBy(String newPrefix) {
    return new BeamTemplate(
        definition, options.configuredBy(newPrefix), parameters, flex, execution, timeout);
  }

  /**
   * With an option that all environments share; it beats configuration.
   *
   * @param option Beam's name of it, such as {@code numWorkers}
   * @param value its text is what Beam would be given on a command line
   */
  public BeamTemplate with(String option, Object value) {
    return new BeamTemplate(
        definition, options.with(option, value), parameters, flex, execution, timeout);
  }

  /** With options that the project declares itself. */
  public BeamTemplate options(Class<? extends PipelineOptions> type) {
    return new BeamTemplate(definition, options.with(type), parameters, flex, execution, timeout);
  }

  /**
   * With a value that each run gives to an option of type {@link
   * org.apache.beam.sdk.options.ValueProvider}; of a {@link #flex Flex template} to any option that
   * the task or Dataflow does not give itself.
   *
   * @param option the name of the option, such as {@code input}
   * @param value completed by Airflow when the task starts; outside of Airflow texts, {@link
   *     Template#runtime} and {@link Template#parameter} are, and others fail
   */
  public BeamTemplate parameter(String option, Template value) {
    Map<String, Template> all = new LinkedHashMap<>(parameters);
    all.put(option, value);
    return new BeamTemplate(definition, options, all, flex, execution, timeout);
  }

  /** With a text that each run gives to an option. */
  public BeamTemplate parameter(String option, String value) {
    return parameter(option, Template.text(value));
  }

  /**
   * As a Flex template: the pipeline is made at each start, in a container of the project's image
   * that Dataflow starts for it, so its {@link #parameter parameters} may be options of any type
   * and decide what transforms there are. A start takes some minutes longer than that of a classic
   * template, and the image must have Google's launcher at {@code
   * /opt/google/dataflow/java_template_launcher}: the build looks for it.
   *
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/guides/templates/configuring-flex-templates">Flex
   *     templates</a>
   */
  public BeamTemplate flex() {
    return new BeamTemplate(definition, options, parameters, true, execution, timeout);
  }

  /**
   * Run so, on Dataflow. Default: {@link Execution#OPERATOR}; with {@link Execution#POD} no
   * template is made, and a pod waits for the pipeline as for that of a {@link BeamJob}.
   */
  public BeamTemplate execution(Execution means) {
    return new BeamTemplate(definition, options, parameters, flex, means, timeout);
  }

  /**
   * With a limit, after which the pipeline is cancelled and the job fails. It counts where the job
   * runs as a {@link BeamJob}. Airflow 2 ends a deferred task after the timeout of the task,
   * Airflow 3 does not; neither ends the pipeline on Dataflow then.
   */
  public BeamTemplate timeout(Duration limit) {
    return new BeamTemplate(definition, options, parameters, flex, execution, limit);
  }

  @Override
  public Optional<Operator> operator(OperatorContext context) {
    return JobOptions.stated(context.config(), options, JobOptions.RUNNER)
        .filter(runner -> execution == Execution.OPERATOR && JobOptions.isDataflow(runner))
        .map(runner -> template(context.config(), context.env()).operator(context, parameters));
  }

  private PipelineTemplate template(JobConfig config, String env) {
    return kind(TemplateOptions.of(config, env, options, parameters.keySet()));
  }

  private PipelineTemplate kind(TemplateOptions given) {
    return flex ? new FlexTemplate(given) : new ClassicTemplate(given);
  }

  private PipelineTemplate.Transforms transforms(String env, JobConfig config) {
    return pipeline -> definition.define(pipeline, new DeclaredFor(env, config));
  }

  @Override
  public void stage(TemplateContext context) throws Exception {
    template(context.config(), context.env())
        .stage(context, transforms(context.env(), context.config()));
  }

  @Override
  public void launch(LaunchContext context) throws Exception {
    if (!(template(context.config(), context.env()) instanceof FlexTemplate template)) {
      throw new ConfigurationException(
          "The pipeline of "
              + context.workflow()
              + "."
              + context.job()
              + " has a classic template, which starts without the image. BeamTemplate.flex() makes"
              + " a Flex template of it.");
    }
    template.launch(context, transforms(context.env(), context.config()));
  }

  @Override
  public void execute(JobContext context) throws Exception {
    BeamJob job =
        BeamJob.of(
            (pipeline, run) ->
                definition.define(pipeline, new DeclaredFor(run.env(), run.config())),
            options);
    for (Map.Entry<String, String> value : values(context).entrySet()) {
      job = job.with(value.getKey(), value.getValue());
    }
    if (timeout != null) {
      job = job.timeout(timeout);
    }
    job.execute(context);
  }

  @Override
  public void start(JobContext context, String file) throws Exception {
    TemplateOptions given =
        TemplateOptions.of(context.config(), context.env(), options, parameters.keySet());
    PipelineTemplate template = kind(given);
    DataflowPipelineOptions made = given.make();
    context
        .impersonation()
        .ifPresent(account -> made.setImpersonateServiceAccount(account.toString()));
    made.setJobName(JobNames.of(context, false));
    PipelineTemplate.Run start = new PipelineTemplate.Run(file, made, values(context), context);
    PipelineRun run =
        new PipelineRun(
            made.getJobName(),
            Optional.empty(),
            made,
            Mode.BATCH,
            Optional.ofNullable(timeout),
            context);
    DataflowRun.of(run, jobs -> template.start(start, jobs)).execute();
  }

  /** The parameters of a run outside of Airflow. */
  private Map<String, String> values(JobContext context) {
    Map<String, String> values = new LinkedHashMap<>();
    parameters.forEach((option, value) -> values.put(option, value(option, value, context)));
    return values;
  }

  private static String value(String option, Template template, JobContext context) {
    try {
      return TemplateText.of(template, context);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "The parameter '"
              + option
              + "' of the pipeline of "
              + context.workflow()
              + "."
              + context.job()
              + " can be completed in Airflow only: "
              + e.getMessage(),
          e);
    }
  }
}
