// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value that runs of a workflow are triggered with.
 *
 * @param name the key in the JSON of a trigger
 * @param type what its values are
 * @param defaultValue the value as a text, for example {@code 10} or {@code 2026-01-31}; absent:
 *     each trigger must give it
 * @param description what Airflow shows beside it, if any
 * @param allowed the only values that it can have, as texts; empty if it can have all
 */
public record ParameterSpec(
    String name,
    Type type,
    @Nullable String defaultValue,
    @Nullable String description,
    List<String> allowed) {

  // JSON Schema's dates; LocalDate.parse takes more than these.
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

  /** Copies the list. */
  public ParameterSpec {
    allowed = List.copyOf(allowed);
  }

  /** What values are. */
  public enum Type {
    /** Any text. */
    @JsonProperty("text")
    TEXT("a text", "\"…\""),
    /** A whole number of 64 bits. */
    @JsonProperty("integer")
    INTEGER("a whole number", "10"),
    /** A number. */
    @JsonProperty("decimal")
    DECIMAL("a number", "0.5"),
    /** True or false. */
    @JsonProperty("flag")
    FLAG("true or false", "true"),
    /** A day in ISO-8601. */
    @JsonProperty("date")
    DATE("a date like 2026-01-31", "\"2026-01-31\"");

    private final String words;
    private final String example;

    Type(String words, String example) {
      this.words = words;
      this.example = example;
    }

    /** What a value must be, for messages: {@code a whole number}. */
    public String words() {
      return words;
    }

    /** A value in JSON, for messages. */
    public String example() {
      return example;
    }
  }

  /** Whether each trigger must give it. */
  @JsonIgnore
  public boolean isRequired() {
    return defaultValue == null;
  }

  /**
   * A value that is given as a text, such as a default: what JSON has for it.
   *
   * @return a {@link String}, {@link Long}, {@link BigDecimal} or {@link Boolean}; null if the text
   *     is no value of the type
   */
  public @Nullable Object parsed(String text) {
    try {
      return switch (type) {
        case TEXT -> text;
        case INTEGER -> (Object) Long.valueOf(text);
        case DECIMAL -> finite(new BigDecimal(text));
        case FLAG -> (text.equals("true") || text.equals("false")) ? Boolean.valueOf(text) : null;
        case DATE -> isDay(text) ? text : null;
      };
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * A value as JSON has it, as a text.
   *
   * @param json a string, number, boolean, list, map or null
   * @return null if it is no value of the type
   */
  public @Nullable String textOf(@Nullable Object json) {
    try {
      return switch (type) {
        case TEXT -> json instanceof String text ? text : null;
        case INTEGER ->
            json instanceof Number
                ? Long.toString(new BigDecimal(json.toString()).longValueExact())
                : null;
        case DECIMAL -> json instanceof Number ? decimal(json.toString()) : null;
        case FLAG -> json instanceof Boolean ? json.toString() : null;
        case DATE -> (json instanceof String text && isDay(text)) ? text : null;
      };
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /** Whether a value that is given as a text is one of the allowed ones. */
  public boolean isAllowed(String text) {
    return allowed.isEmpty()
        || allowed.contains(text)
        || (type == Type.DECIMAL
            && allowed.stream()
                .anyMatch(one -> new BigDecimal(one).compareTo(new BigDecimal(text)) == 0));
  }

  private static @Nullable String decimal(String number) {
    @Nullable BigDecimal value = finite(new BigDecimal(number));
    return value == null ? null : value.toString();
  }

  /** Airflow, being Python, reads numbers of JSON as doubles. */
  private static @Nullable BigDecimal finite(BigDecimal value) {
    return Double.isFinite(value.doubleValue()) ? value : null;
  }

  private static boolean isDay(String text) {
    try {
      return DAY.matcher(text).matches() && LocalDate.parse(text).getYear() > 0;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
