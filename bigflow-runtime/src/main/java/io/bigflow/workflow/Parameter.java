// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value that a run of a workflow is triggered with, and the key to read it. Immutable.
 *
 * <pre>{@code
 * static final Parameter<String> RAW_PATH =
 *     Parameter.text("raw_path").description("Where the raw trips lie, gs://…");
 * static final Parameter<Long> LIMIT = Parameter.integer("limit").defaultsTo(10L);
 *
 * Workflow.builder("average_speed").schedule(Schedule.manual()).parameters(RAW_PATH, LIMIT)…
 *
 * String path = context.parameter(RAW_PATH);            // in a job
 * .templated("source_object", Template.parameter(RAW_PATH)) // in an operator's argument
 * }</pre>
 *
 * <p>A parameter without a default must be given by whoever triggers the run, so that its workflow
 * cannot have a schedule. In the JSON of a trigger a text and a date are strings, the others are
 * numbers and {@code true} or {@code false}.
 *
 * @param <T> the type that jobs get
 */
public final class Parameter<T> {

  /** What values are. */
  public enum Type {
    /** Any text. */
    TEXT("a text"),
    /** A whole number from -2<sup>63</sup> to 2<sup>63</sup>-1. */
    INTEGER("a whole number"),
    /** A number. */
    DECIMAL("a number"),
    /** True or false. */
    FLAG("true or false"),
    /** A day in ISO-8601, {@code 2026-01-31}. */
    DATE("a date like 2026-01-31");

    private final String words;

    Type(String words) {
      this.words = words;
    }
  }

  private static final int SHOWN = 60;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  // What LocalDate.parse takes beyond it, such as years of five digits, JSON Schema does not.
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

  private final String name;
  private final Type type;
  private final @Nullable T defaultValue;
  private final String description;
  private final List<T> allowed;

  private Parameter(
      String name, Type type, @Nullable T defaultValue, String description, List<T> allowed) {
    this.name = Objects.requireNonNull(name, "The name of a parameter is null");
    this.type = type;
    this.defaultValue = defaultValue;
    this.description = description;
    this.allowed = List.copyOf(allowed);
  }

  /**
   * A text.
   *
   * @param name the key in the JSON of a trigger: letters, digits and {@code _}, starting with a
   *     letter
   */
  public static Parameter<String> text(String name) {
    return new Parameter<>(name, Type.TEXT, null, "", List.of());
  }

  /** A whole number. */
  public static Parameter<Long> integer(String name) {
    return new Parameter<>(name, Type.INTEGER, null, "", List.of());
  }

  /** A number with or without a fraction. */
  public static Parameter<BigDecimal> decimal(String name) {
    return new Parameter<>(name, Type.DECIMAL, null, "", List.of());
  }

  /** True or false. */
  public static Parameter<Boolean> flag(String name) {
    return new Parameter<>(name, Type.FLAG, null, "", List.of());
  }

  /** A day, which is {@code "2026-01-31"} in the JSON of a trigger. */
  public static Parameter<LocalDate> date(String name) {
    return new Parameter<>(name, Type.DATE, null, "", List.of());
  }

  /** The same parameter with a text that Airflow shows beside it. */
  public Parameter<T> description(String text) {
    Objects.requireNonNull(text, "The description of a parameter is null");
    return new Parameter<>(name, type, defaultValue, text, allowed);
  }

  /** The same parameter, optional: what holds if a trigger does not give it. */
  public Parameter<T> defaultsTo(T value) {
    Objects.requireNonNull(value, "The default of a parameter is null");
    return new Parameter<>(name, type, value, description, allowed);
  }

  /** The same parameter with only these values; none at all lets every value pass. */
  @SafeVarargs
  public final Parameter<T> oneOf(T... values) {
    List<T> only = new ArrayList<>();
    for (T value : values) {
      only.add(Objects.requireNonNull(value, "An allowed value of a parameter is null"));
    }
    return new Parameter<>(name, type, defaultValue, description, only);
  }

  /** The key in the JSON of a trigger. */
  public String name() {
    return name;
  }

  /** What its values are. */
  public Type type() {
    return type;
  }

  /** What holds if a trigger does not give it; empty: each trigger must. */
  public Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  /** What Airflow shows beside it; empty if it has none. */
  public String description() {
    return description;
  }

  /** The values that it can have, or none if it can have all. */
  public List<T> allowed() {
    return allowed;
  }

  /**
   * The value in what a run was triggered with, or the default.
   *
   * @param workflow the workflow, for messages
   * @throws ConfigurationException if it is not there and has no default, or is of another type or
   *     not one of the allowed values
   */
  T in(Map<String, ?> conf, String workflow) {
    @Nullable Object given = conf.get(name);
    if (given == null && !conf.containsKey(name)) {
      T value = defaultValue;
      if (value == null) {
        throw refused(workflow, "is missing", "");
      }
      return value;
    }
    @Nullable Object value = given == null ? null : converted(given);
    if (value == null) {
      throw refused(workflow, "is " + found(given), "");
    }
    // The conversion for each type gives what the factory of that type promised.
    @SuppressWarnings("unchecked")
    T typed = (T) value;
    if (!allowed.isEmpty() && allowed.stream().noneMatch(one -> same(one, typed))) {
      throw refused(
          workflow,
          "is " + shown(typed),
          ", one of: " + allowed.stream().map(Parameter::shown).collect(Collectors.joining(", ")));
    }
    return typed;
  }

  private ConfigurationException refused(String workflow, String what, String more) {
    return new ConfigurationException(
        "Parameter '"
            + name
            + "' of workflow '"
            + workflow
            + "' "
            + what
            + ", but must be "
            + type.words
            + more
            + ". Trigger the run with it: {\""
            + name
            + "\": "
            + example()
            + "}");
  }

  private String example() {
    return switch (type) {
      case TEXT -> "\"…\"";
      case INTEGER -> "10";
      case DECIMAL -> "0.5";
      case FLAG -> "true";
      case DATE -> "\"2026-01-31\"";
    };
  }

  private @Nullable Object converted(Object json) {
    try {
      return switch (type) {
        case TEXT -> json instanceof String ? json : null;
        case INTEGER ->
            json instanceof Number
                ? (Object) new BigDecimal(json.toString()).longValueExact()
                : null;
        case DECIMAL -> json instanceof Number ? new BigDecimal(json.toString()) : null;
        case FLAG -> json instanceof Boolean ? json : null;
        case DATE ->
            (json instanceof String text && DAY.matcher(text).matches())
                ? LocalDate.parse(text)
                : null;
      };
    } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
      return null;
    }
  }

  private static boolean same(Object one, Object other) {
    return (one instanceof BigDecimal a && other instanceof BigDecimal b)
        ? a.compareTo(b) == 0
        : one.equals(other);
  }

  /** A value of a wrong type: a text may be a secret that was given under the wrong name. */
  private String found(@Nullable Object json) {
    if (json == null) {
      return "null";
    }
    if (json instanceof String) {
      return type == Type.DATE ? shown(json) : "a text";
    }
    if (json instanceof Number || json instanceof Boolean) {
      return shown(json);
    }
    return json instanceof List ? "a list" : "an object";
  }

  private static String shown(Object value) {
    String text = CONTROL.matcher(value.toString()).replaceAll("?");
    return "'" + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text) + "'";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Parameter<?> that
        && name.equals(that.name)
        && type == that.type
        && Objects.equals(defaultValue, that.defaultValue)
        && description.equals(that.description)
        && allowed.equals(that.allowed);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "Parameter[" + name + "]";
  }
}
