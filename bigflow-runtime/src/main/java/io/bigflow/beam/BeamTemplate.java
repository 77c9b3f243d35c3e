// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.definition.DeclaredFor;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.TemplateJob;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * A batch pipeline that Airflow starts on Dataflow from a classic template, which the build makes
 * and the deployment brings to {@code beam.stagingLocation}: no pod waits, and nothing is built
 * when a run starts. Immutable.
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
 * DataflowTemplatedJobStartOperator}, which is deferred while the pipeline runs. Everywhere else,
 * in {@code mvn bigflow:run}, and {@link #execution in a pod} the same pipeline runs as a {@link
 * BeamJob} does, with its parameters filled in.
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
  private final Execution execution;
  private final @Nullable Duration timeout;

  private BeamTemplate(
      TemplateDefinition definition,
      OptionSources options,
      Map<String, Template> parameters,
      Execution execution,
      @Nullable Duration timeout) {
    this.definition = definition;
    this.options = options;
    this.parameters = parameters;
    this.execution = execution;
    this.timeout = timeout;
  }

  /** A batch pipeline. */
  public static BeamTemplate of(TemplateDefinition definition) {
    return new BeamTemplate(definition, OptionSources.SHARED, Map.of(), Execution.OPERATOR, null);
  }

  /**
   * With options of its own in job configuration.
   *
   * @param newPrefix for example {@code wordcount}: the key {@code wordcount.beam.region} beats
   *     {@code beam.region}
   */
  public BeamTemplate configuredBy(String newPrefix) {
    return new BeamTemplate(
        definition, options.configuredBy(newPrefix), parameters, execution, timeout);
  }

  /**
   * With an option that all environments share; it beats configuration.
   *
   * @param option Beam's name of it, such as {@code numWorkers}
   * @param value its text is what Beam would be given on a command line
   */
  public BeamTemplate with(String option, Object value) {
    return new BeamTemplate(
        definition, options.with(option, value), parameters, execution, timeout);
  }

  /** With options that the project declares itself. */
  public BeamTemplate options(Class<? extends PipelineOptions> type) {
    return new BeamTemplate(definition, options.with(type), parameters, execution, timeout);
  }

  /**
   * With a value that each run gives to an option of type {@link
   * org.apache.beam.sdk.options.ValueProvider}.
   *
   * @param option the name of the option, such as {@code input}
   * @param value completed by Airflow when the task starts; outside of Airflow texts, {@link
   *     Template#runtime} and {@link Template#parameter} are, and others fail
   */
  public BeamTemplate parameter(String option, Template value) {
    Map<String, Template> all = new LinkedHashMap<>(parameters);
    all.put(option, value);
    return new BeamTemplate(definition, options, all, execution, timeout);
  }

  /** With a value for an option of type {@link org.apache.beam.sdk.options.ValueProvider}. */
  public BeamTemplate parameter(String option, String value) {
    return parameter(option, Template.text(value));
  }

  /**
   * Run so, on Dataflow. Default: {@link Execution#OPERATOR}; with {@link Execution#POD} no
   * template is made, and a pod waits for the pipeline as for that of a {@link BeamJob}.
   */
  public BeamTemplate execution(Execution means) {
    return new BeamTemplate(definition, options, parameters, means, timeout);
  }

  /**
   * With a limit, after which the pipeline is cancelled and the job fails. It counts where the job
   * runs as a {@link BeamJob}. Airflow 2 ends a deferred task after the timeout of the task,
   * Airflow 3 does not; neither ends the pipeline on Dataflow then.
   */
  public BeamTemplate timeout(Duration limit) {
    return new BeamTemplate(definition, options, parameters, execution, limit);
  }

  @Override
  public Optional<Operator> operator(OperatorContext context) {
    return JobOptions.stated(context.config(), options, JobOptions.RUNNER)
        .filter(runner -> execution == Execution.OPERATOR && JobOptions.isDataflow(runner))
        .map(
            runner ->
                TemplateOptions.of(context.config(), context.env(), options, parameters.keySet())
                    .operator(context, parameters));
  }

  @Override
  public void stage(TemplateContext context) throws Exception {
    TemplateOptions.of(context.config(), context.env(), options, parameters.keySet())
        .stage(
            context,
            pipeline ->
                definition.define(pipeline, new DeclaredFor(context.env(), context.config())));
  }

  @Override
  public void execute(JobContext context) throws Exception {
    BeamJob job =
        BeamJob.of(
            (pipeline, run) ->
                definition.define(pipeline, new DeclaredFor(run.env(), run.config())),
            options);
    for (Map.Entry<String, Template> parameter : parameters.entrySet()) {
      job = job.with(parameter.getKey(), value(parameter.getKey(), parameter.getValue(), context));
    }
    if (timeout != null) {
      job = job.timeout(timeout);
    }
    job.execute(context);
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
