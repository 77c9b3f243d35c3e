// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of an operator's argument. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ArgumentSpec.None.class, name = "none"),
  @JsonSubTypes.Type(value = ArgumentSpec.Bool.class, name = "boolean"),
  @JsonSubTypes.Type(value = ArgumentSpec.Whole.class, name = "integer"),
  @JsonSubTypes.Type(value = ArgumentSpec.Decimal.class, name = "decimal"),
  @JsonSubTypes.Type(value = ArgumentSpec.Text.class, name = "text"),
  @JsonSubTypes.Type(value = ArgumentSpec.Template.class, name = "template"),
  @JsonSubTypes.Type(value = ArgumentSpec.Time.class, name = "time"),
  @JsonSubTypes.Type(value = ArgumentSpec.Span.class, name = "duration"),
  @JsonSubTypes.Type(value = ArgumentSpec.Function.class, name = "function"),
  @JsonSubTypes.Type(value = ArgumentSpec.Items.class, name = "list"),
  @JsonSubTypes.Type(value = ArgumentSpec.Entries.class, name = "map")
})
public sealed interface ArgumentSpec {

  /** {@code None}. */
  record None() implements ArgumentSpec {}

  /** {@code True} or {@code False}. */
  record Bool(boolean value) implements ArgumentSpec {}

  /** A whole number. */
  record Whole(long value) implements ArgumentSpec {}

  /** A number with a fraction, or one too long for {@link Whole}. */
  record Decimal(BigDecimal value) implements ArgumentSpec {}

  /** A text that the operator is to get as it is. */
  record Text(String value) implements ArgumentSpec {}

  /** A text that Airflow completes when the task starts. */
  record Template(List<Part> parts) implements ArgumentSpec {

    /** Copies the list. */
    public Template {
      parts = List.copyOf(parts);
    }
  }

  /** A point in time. */
  record Time(ZonedDateTime value) implements ArgumentSpec {}

  /** A length of time. */
  record Span(Duration value) implements ArgumentSpec {}

  /** A function of Python's own, by its name. */
  record Function(String name) implements ArgumentSpec {}

  /** A list. */
  record Items(List<ArgumentSpec> items) implements ArgumentSpec {

    /** Copies the list. */
    public Items {
      items = List.copyOf(items);
    }
  }

  /** A dictionary, in its order. */
  record Entries(Map<String, ArgumentSpec> entries) implements ArgumentSpec {

    /** Copies the map. */
    public Entries {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
  }

  /** A part of a template. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = LiteralPart.class, name = "literal"),
    @JsonSubTypes.Type(value = JinjaPart.class, name = "jinja"),
    @JsonSubTypes.Type(value = RuntimePart.class, name = "runtime"),
    @JsonSubTypes.Type(value = XcomPart.class, name = "xcom"),
    @JsonSubTypes.Type(value = ParameterPart.class, name = "parameter"),
    @JsonSubTypes.Type(value = DagIdPart.class, name = "dagId"),
    @JsonSubTypes.Type(value = UploadPart.class, name = "upload"),
    @JsonSubTypes.Type(value = PipelineTemplatePart.class, name = "pipelineTemplate"),
    @JsonSubTypes.Type(value = ImagePart.class, name = "image")
  })
  sealed interface Part
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
  record LiteralPart(String text) implements Part {}

  /** Text in Jinja. */
  record JinjaPart(String text) implements Part {}

  /**
   * What another task of the workflow has left in Airflow's XCom.
   *
   * @param task its id
   * @param key under which it lies there
   */
  record XcomPart(String task, String key) implements Part {}

  /** What the run was triggered with for a parameter of the workflow. */
  record ParameterPart(String name) implements Part {}

  /** The id of the DAG of a workflow of the same project, in the same environment. */
  record DagIdPart(String workflow) implements Part {}

  /**
   * The address of a file that is deployed with the DAGs.
   *
   * @param resource a file of the project's class path; null = the jar of the project's classes
   */
  record UploadPart(@Nullable String resource) implements Part {}

  /**
   * The address of the template that the build makes of the task's own job.
   *
   * @param folder where it is deployed below, {@code gs://bucket} or {@code gs://bucket/folder}
   * @param flex whether it is a Flex template, for which Dataflow starts the project's image
   */
  record PipelineTemplatePart(String folder, boolean flex) implements Part {}

  /** The project's image by its digest. */
  record ImagePart() implements Part {}

  /**
   * The start of the run's data interval.
   *
   * @param format for Python's {@code strftime}
   */
  record RuntimePart(String format) implements Part {}
}
