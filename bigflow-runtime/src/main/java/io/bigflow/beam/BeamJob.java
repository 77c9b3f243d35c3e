// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.StreamingContext;
import io.bigflow.workflow.StreamingJob;
import io.bigflow.workflow.StreamingService;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * A Beam pipeline as a job. The same pipeline runs where the environment says: on this machine with
 * Beam's DirectRunner, on Dataflow with {@code beam.runner=DataflowRunner}. Immutable.
 *
 * <pre>{@code
 * Task.job(
 *     "count_words",
 *     BeamJob.of((pipeline, context) -> pipeline
 *             .apply(TextIO.read().from(context.config().get("wordcount.input")))
 *             .apply(new CountWords())
 *             .apply(TextIO.write().to(context.config().get("wordcount.output"))))
 *         .configuredBy("wordcount")
 *         .timeout(Duration.ofHours(2)));
 * }</pre>
 *
 * <p><b>Options</b> are Beam's own, under their own names, from job configuration: {@code
 * beam.region=europe-west1} for all pipelines of an environment, {@code
 * wordcount.beam.maxNumWorkers=5} for one that is {@link #configuredBy configured by} {@code
 * wordcount}. A name that no registered options have fails the job and names the nearest. Lists
 * have commas between their elements, maps are JSON objects.
 *
 * <p><b>On Dataflow</b> a job's name is made of workflow, job, environment and run, so that a try
 * which follows a lost one finds the running Dataflow job and waits for it instead of starting a
 * second one. The Dataflow job has the labels {@code bigflow-workflow}, {@code bigflow-job}, {@code
 * bigflow-env}, {@code bigflow-run}, {@code bigflow-version} and {@code bigflow-image} and acts as
 * the account of {@link JobContext#impersonation()}. It is cancelled when the job is stopped or
 * takes longer than its {@link #timeout}. Workers run the project's own image, unless {@code
 * beam.sdkContainerImage} names another one or the job runs outside an image.
 */
public final class BeamJob implements StreamingJob {

  private final PipelineDefinition definition;
  private final OptionSources options;
  private final Mode mode;
  private final @Nullable Duration timeout;

  private BeamJob(
      PipelineDefinition definition, OptionSources options, Mode mode, @Nullable Duration timeout) {
    this.definition = definition;
    this.options = options;
    this.mode = mode;
    this.timeout = timeout;
  }

  /** A batch pipeline, whose end the job waits for. */
  public static BeamJob of(PipelineDefinition definition) {
    return of(definition, OptionSources.SHARED);
  }

  static BeamJob of(PipelineDefinition definition, OptionSources options) {
    return new BeamJob(definition, options, Mode.BATCH, null);
  }

  /**
   * With options of its own in job configuration.
   *
   * @param newPrefix for example {@code wordcount}: the key {@code wordcount.beam.region} beats
   *     {@code beam.region}
   */
  public BeamJob configuredBy(String newPrefix) {
    return new BeamJob(definition, options.configuredBy(newPrefix), mode, timeout);
  }

  /**
   * With an option that all environments share; it beats configuration.
   *
   * @param option Beam's name of it, such as {@code numWorkers}
   * @param value its text is what Beam would be given on a command line
   */
  public BeamJob with(String option, Object value) {
    return new BeamJob(definition, options.with(option, value), mode, timeout);
  }

  /** With options that the project declares itself. */
  public BeamJob options(Class<? extends PipelineOptions> type) {
    return new BeamJob(definition, options.with(type), mode, timeout);
  }

  /**
   * A pipeline without an end. On Dataflow the job makes sure that exactly one Dataflow job of this
   * name runs, and that it is of this build:
   *
   * <ul>
   *   <li>there is none: it is started, and the job ends as soon as it runs;
   *   <li>one of this build, with these options, runs: nothing is done;
   *   <li>another one runs: it is updated in place; if Dataflow refuses that, because the pipelines
   *       are not compatible, it is drained, and the new one starts when it has ended.
   * </ul>
   *
   * <p>So a workflow that runs every few minutes keeps the pipeline at what is deployed. On other
   * runners the job lasts as long as its pipeline.
   */
  public BeamJob streaming() {
    return new BeamJob(definition, options, Mode.STREAMING, timeout);
  }

  /**
   * A pipeline that is not waited for: the job is done as soon as the Dataflow job runs, and
   * neither its end nor its failure is seen by the workflow. On other runners it is waited for.
   */
  public BeamJob detached() {
    return new BeamJob(definition, options, Mode.DETACHED, timeout);
  }

  /**
   * With a limit, after which the pipeline is cancelled and the job fails. For a {@link #streaming}
   * pipeline on Dataflow it limits how long the old one may drain and the new one may take to
   * start.
   *
   * @param limit without it, Airflow's execution timeout of the task stops the job
   */
  public BeamJob timeout(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new ConfigurationException("A timeout must be longer than " + limit + ".");
    }
    return new BeamJob(definition, options, mode, limit);
  }

  @Override
  public void execute(JobContext context) throws Exception {
    JobOptions given = options.in(context);
    PipelineOptions made = given.make(mode == Mode.STREAMING);
    PipelineRun run =
        new PipelineRun(
            JobNames.of(context, mode == Mode.STREAMING),
            given.fingerprint(context),
            made,
            mode,
            Optional.ofNullable(timeout),
            context);
    made.setJobName(run.name());
    if (run.runner().equals(JobOptions.DATAFLOW)) {
      DataflowRun.of(run, () -> pipeline(made, context)).execute();
    } else {
      LocalRun.execute(run, () -> pipeline(made, context));
    }
  }

  @Override
  public Optional<StreamingService> service(StreamingContext context) {
    if (mode != Mode.STREAMING
        || !stated(context, JobOptions.RUNNER).filter(JobOptions::isDataflow).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new StreamingService(
            JobNames.streaming(context.workflow(), context.job(), context.env()),
            stated(context, "project"),
            stated(context, "region")));
  }

  private Optional<String> stated(StreamingContext context, String option) {
    return JobOptions.stated(context.config(), options, option);
  }

  private Pipeline pipeline(PipelineOptions made, JobContext context) throws Exception {
    Pipeline pipeline = Pipeline.create(made);
    definition.define(pipeline, context);
    return pipeline;
  }
}
