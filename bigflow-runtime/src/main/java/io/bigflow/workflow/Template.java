// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A text that Airflow completes when a task starts, as an argument of an {@link Operator}.
 * Immutable.
 *
 * <p>Airflow completes those arguments only that the operator's documentation calls templated.
 *
 * @see <a href="https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html">what
 *     Airflow's templates may use</a>
 */
public final class Template {
  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** A part of a template. */
  public sealed interface Part
      permits LiteralPart,
          JinjaPart,
          RuntimePart,
          XcomPart,
          ParameterPart,
          DagIdPart,
          UploadPart,
          PipelineTemplatePart,
          ImagePart {}

  /** Text that stays as it is. */
  public record LiteralPart(String text) implements Part {}

  /** Text in Jinja, which is Airflow's language of templates. */
  public record JinjaPart(String text) implements Part {}

  /**
   * The runtime, in UTC: what {@link JobContext#runtime()} is to a job.
   *
   * @param format for Python's {@code strftime}, for example {@code %Y%m%d}
   */
  public record RuntimePart(String format) implements Part {}

  /**
   * What another task has left in Airflow's XCom.
   *
   * @param task its id
   * @param key under which it lies there
   */
  public record XcomPart(String task, String key) implements Part {}

  /**
   * What the run was triggered with.
   *
   * @param parameter a parameter of the workflow
   */
  public record ParameterPart(Parameter<?> parameter) implements Part {
    /** The name of the parameter. */
    public String name() {
      return parameter.name();
    }
  }

  /**
   * The id of a DAG.
   *
   * @param workflow the id of a workflow of the same project
   */
  public record DagIdPart(String workflow) implements Part {}

  /**
   * The address of a file that is deployed with the DAGs.
   *
   * @param resource a resource of the project, for example {@code queries/lookup.csv}; null = the
   *     jar of the project's classes and resources
   */
  public record UploadPart(@Nullable String resource) implements Part {}

  /**
   * The address of the template that the build makes of a pipeline.
   *
   * @param folder where it is deployed below, {@code gs://bucket} or {@code gs://bucket/folder}
   * @param flex whether it is a Flex template, for which Dataflow starts the project's image
   */
  public record PipelineTemplatePart(String folder, boolean flex) implements Part {}

  /** The project's image. */
  public record ImagePart() implements Part {}

  /** The key of what a task returns. */
  public static final String RETURN_VALUE = "return_value";

  /** What another task of the workflow, which must come before this one, has returned. */
  public static Template xcom(String taskId) {
    return xcom(taskId, RETURN_VALUE);
  }

  /** What another task of the workflow, which must come before this one, has left under a key. */
  public static Template xcom(String taskId, String key) {
    Objects.requireNonNull(taskId, "The id of a task whose result is wanted is null");
    Objects.requireNonNull(key, "The key of a task's result is null");
    return new Template(List.of(new XcomPart(taskId, key)));
  }

  /**
   * What the run was triggered with for a parameter of the workflow, or its default: as Python
   * writes it, so that a flag is {@code True} or {@code False}.
   */
  public static Template parameter(Parameter<?> parameter) {
    Objects.requireNonNull(parameter, "A parameter whose value is wanted is null");
    return new Template(List.of(new ParameterPart(parameter)));
  }

  /**
   * The id of the DAG that another workflow of the same project becomes, in the same environment.
   * Arguments that Airflow does not complete may hold it, too.
   */
  public static Template dagId(String workflowId) {
    Objects.requireNonNull(workflowId, "The id of a workflow whose DAG is wanted is null");
    return new Template(List.of(new DagIdPart(workflowId)));
  }

  /**
   * Text in Jinja that Airflow renders, such as <code>{{ run_id }}</code>. Never put a text into it
   * that comes from elsewhere; {@link #join} keeps such a text apart.
   */
  public static Template jinja(String text) {
    return new Template(List.of(new JinjaPart(Objects.requireNonNull(text, "A template is null"))));
  }

  /**
   * The start of the run's data interval in UTC, or the time at which a run without one was
   * requested: what {@link JobContext#runtime()} is to a job.
   *
   * @param format for Python's {@code strftime}, for example {@code %Y-%m-%d}
   * @see <a
   *     href="https://docs.python.org/3/library/datetime.html#strftime-and-strptime-format-codes">the
   *     codes of strftime</a>
   */
  public static Template runtime(String format) {
    Objects.requireNonNull(format, "The format of the runtime is null");
    return new Template(List.of(new RuntimePart(format)));
  }

  /**
   * The {@code gs://} address of a jar of the project's own classes and resources, which BigFlow
   * makes and deploys with the DAGs. Libraries are not in it. For example {@code
   * Map.of("jar_file_uris", List.of(Template.projectJar()))} in a Spark job for Dataproc.
   *
   * <p>Arguments that Airflow does not complete may hold it too, if it stands alone.
   */
  public static Template projectJar() {
    return new Template(List.of(new UploadPart(null)));
  }

  /**
   * The {@code gs://} address of a copy of a resource of the project, which is deployed with the
   * DAGs. Each content has an address of its own: a run of an older deployment never reads a newer
   * file.
   *
   * <p>Arguments that Airflow does not complete may hold it too, if it stands alone and does not
   * end like a file of Airflow's templates ({@code .sql}, {@code .json}, {@code .yaml} …).
   *
   * @param path relative to the root of the class path, for example {@code queries/lookup.csv} for
   *     {@code src/main/resources/queries/lookup.csv}; not a file of a library
   */
  public static Template resource(String path) {
    Objects.requireNonNull(path, "The path of a resource is null");
    return new Template(List.of(new UploadPart(path)));
  }

  /**
   * The {@code gs://} address of the classic Dataflow template that the build makes of the task's
   * own job, which must be a {@link TemplateJob}. Each build of the project has an address of its
   * own.
   *
   * @param folder where templates are deployed below, {@code gs://bucket} or {@code
   *     gs://bucket/folder}
   */
  public static Template pipelineTemplate(String folder) {
    Objects.requireNonNull(folder, "The folder of a pipeline's template is null");
    return new Template(List.of(new PipelineTemplatePart(folder, false)));
  }

  /**
   * The {@code gs://} address of the Flex template that the build makes of the task's own job,
   * which must be a {@link TemplateJob}: Dataflow starts the project's image to have the pipeline
   * made, so Google's launcher must be in it.
   *
   * @param folder where templates are deployed below, {@code gs://bucket} or {@code
   *     gs://bucket/folder}
   */
  public static Template flexTemplate(String folder) {
    Objects.requireNonNull(folder, "The folder of a pipeline's template is null");
    return new Template(List.of(new PipelineTemplatePart(folder, true)));
  }

  /**
   * The project's image by its digest, {@code REPOSITORY@sha256:…}. Arguments that Airflow does not
   * complete may hold it, too.
   */
  public static Template image() {
    return new Template(List.of(new ImagePart()));
  }

  /**
   * A text for a templated argument that is to reach the operator as it is, whatever it holds:
   * braces, or an end like that of a file which Airflow would read instead.
   */
  public static Template text(String text) {
    return join(text);
  }

  /**
   * Texts and templates, one behind the other.
   *
   * @param parts strings, which stay as they are, and templates
   * @throws IllegalArgumentException if one is neither
   */
  public static Template join(Object... parts) {
    List<Part> all = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof String text) {
        all.add(new LiteralPart(text));
      } else if (part instanceof Template template) {
        all.addAll(template.parts);
      } else {
        throw new IllegalArgumentException(
            "A template is joined of strings and templates, not of " + part + ".");
      }
    }
    return new Template(all);
  }

  /** The parts, one behind the other. */
  public List<Part> parts() {
    return parts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Template template && parts.equals(template.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  @Override
  public String toString() {
    return "Template" + parts;
  }
}
