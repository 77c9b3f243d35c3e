// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An operator or sensor of Airflow with its arguments. Immutable: {@link #with} returns a changed
 * copy.
 *
 * <pre>{@code
 * Operator.of("airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor")
 *     .with("bucket", "landing-zone")
 *     .with("object", Template.join("trips/", Template.runtime("%Y-%m-%d"), ".json"))
 *     .with("deferrable", true)
 * }</pre>
 */
public final class Operator {
  private final String className;
  private final Map<String, @Nullable Object> arguments;

  private Operator(String className, Map<String, @Nullable Object> arguments) {
    this.className = className;
    this.arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /**
   * An operator without arguments.
   *
   * @param className its Python class with the module, such as {@code
   *     airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator}
   */
  public static Operator of(String className) {
    return new Operator(
        Objects.requireNonNull(className, "The operator's class is null"), Map.of());
  }

  /**
   * This operator with an argument, in the place of an earlier one of that name.
   *
   * <p>A plain text is written as it is. The build refuses one that looks like a template; {@link
   * Template#jinja} and {@link Template#text} say what it is.
   *
   * @param name the keyword in Python
   * @param value null, a text, boolean, number, enum constant (its name), {@link Template}, {@link
   *     PythonFunction}, {@link Duration} ({@code timedelta}), point in time ({@code datetime}), or
   *     collections and maps with text keys of these
   * @throws IllegalArgumentException if the value is something else
   */
  public Operator with(String name, @Nullable Object value) {
    Objects.requireNonNull(name, "The name of an operator's argument is null");
    Map<String, @Nullable Object> all = new LinkedHashMap<>(arguments);
    all.put(name, copy(name, value));
    return new Operator(className, all);
  }

  private static @Nullable Object copy(String place, @Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Template
        || value instanceof Duration
        || value instanceof PythonFunction
        || value instanceof ZonedDateTime) {
      return value;
    }
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof Number number) {
      return number(place, number);
    }
    if (value instanceof Instant instant) {
      return instant.atZone(ZoneOffset.UTC);
    }
    if (value instanceof OffsetDateTime time) {
      return time.toZonedDateTime();
    }
    if (value instanceof Collection<?> collection) {
      List<@Nullable Object> items = new ArrayList<>();
      for (Object item : inOrder(collection)) {
        items.add(copy(place + "[" + items.size() + "]", item));
      }
      return Collections.unmodifiableList(items);
    }
    if (value instanceof Map<?, ?> map) {
      boolean isOrdered = map instanceof LinkedHashMap || map instanceof SortedMap;
      Map<String, @Nullable Object> entries = isOrdered ? new LinkedHashMap<>() : new TreeMap<>();
      map.forEach(
          (key, item) -> {
            if (!(key instanceof String text)) {
              throw unknown(place + "[" + key + "]", "a key that is no text");
            }
            entries.put(text, copy(place + "." + text, item));
          });
      return Collections.unmodifiableMap(entries);
    }
    throw unknown(place, "a " + value.getClass().getName());
  }

  /** The same order in every build, also if it is a set that has none. */
  private static Collection<?> inOrder(Collection<?> items) {
    boolean hasOrder =
        !(items instanceof Set) || items instanceof LinkedHashSet || items instanceof SortedSet;
    return hasOrder ? items : items.stream().sorted(Comparator.comparing(String::valueOf)).toList();
  }

  private static Number number(String place, Number number) {
    if (number instanceof Byte || number instanceof Short || number instanceof Integer) {
      return number.longValue();
    }
    if (number instanceof Long || number instanceof BigDecimal) {
      return number;
    }
    if (number instanceof BigInteger integer) {
      return new BigDecimal(integer);
    }
    if (number instanceof Double || number instanceof Float) {
      if (!Double.isFinite(number.doubleValue())) {
        throw unknown(place, number.toString());
      }
      return new BigDecimal(number.toString());
    }
    throw unknown(place, "a " + number.getClass().getName());
  }

  private static IllegalArgumentException unknown(String place, String what) {
    return new IllegalArgumentException(
        "The argument '"
            + place
            + "' of an operator is "
            + what
            + ". Give a text, boolean, number, Template, Duration, point in time, or collections and"
            + " maps with text keys of these.");
  }

  /** The Python class with its module. */
  public String className() {
    return className;
  }

  /**
   * The arguments in their order: null, {@link String}, {@link Boolean}, {@link Long}, {@link
   * BigDecimal}, {@link Template}, {@link Duration}, {@link ZonedDateTime}, {@link PythonFunction},
   * and lists and maps of these.
   */
  public Map<String, @Nullable Object> arguments() {
    return arguments;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Operator operator
        && className.equals(operator.className)
        && arguments.equals(operator.arguments);
  }

  @Override
  public int hashCode() {
    return Objects.hash(className, arguments);
  }

  @Override
  public String toString() {
    return className + arguments;
  }
}
