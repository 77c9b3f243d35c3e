// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardSQLTypeName;
import io.bigflow.workflow.Template;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values that are sent beside the SQL, never in it. Immutable.
 *
 * @param values by name
 */
record QueryParameters(Map<String, QueryParameterValue> values) {

  static final QueryParameters NONE = new QueryParameters(Map.of());

  /** The start of the run's data interval, a {@code TIMESTAMP}. */
  static final String RUNTIME = "runtime";

  /** Its day in UTC, a {@code DATE}. */
  static final String RUNTIME_DATE = "runtime_date";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final DateTimeFormatter DATETIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");

  /**
   * These and one more.
   *
   * @param sql must use it
   * @throws IllegalArgumentException if the SQL does not, or the value has no BigQuery type
   */
  QueryParameters with(String sql, String name, Object value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is not the name of a query parameter. One looks like min_age.");
    }
    if (name.equalsIgnoreCase(RUNTIME) || name.equalsIgnoreCase(RUNTIME_DATE)) {
      throw new IllegalArgumentException(
          "The query parameter @" + name + " is there already. Choose another name.");
    }
    if (!uses(sql, name)) {
      throw new IllegalArgumentException(
          "The SQL does not use the query parameter @"
              + name
              + ". Write @"
              + name
              + " where its"
              + " value belongs, without quotes.");
    }
    Map<String, QueryParameterValue> all = new LinkedHashMap<>(values);
    // To BigQuery, @a and @A are the same.
    all.keySet().removeIf(name::equalsIgnoreCase);
    all.put(name, value(name, value));
    return new QueryParameters(all);
  }

  /** These and, as far as the SQL uses them, those of the run. */
  Map<String, QueryParameterValue> at(String sql, ZonedDateTime runtime) {
    Map<String, QueryParameterValue> all = new LinkedHashMap<>(values);
    if (uses(sql, RUNTIME)) {
      all.put(RUNTIME, value(RUNTIME, runtime));
    }
    if (uses(sql, RUNTIME_DATE)) {
      all.put(RUNTIME_DATE, value(RUNTIME_DATE, runtime.toLocalDate()));
    }
    return all;
  }

  /** The same as {@link #at}, in the form of BigQuery's API and completed by Airflow. */
  List<Object> templates(String sql) {
    List<Object> all = new ArrayList<>();
    values.forEach((name, value) -> all.add(named(name, type(value), valueOf(value))));
    if (uses(sql, RUNTIME)) {
      all.add(
          named(
              RUNTIME,
              Map.of("type", StandardSQLTypeName.TIMESTAMP),
              Map.of("value", Template.runtime("%Y-%m-%d %H:%M:%S.%f+00:00"))));
    }
    if (uses(sql, RUNTIME_DATE)) {
      all.add(
          named(
              RUNTIME_DATE,
              Map.of("type", StandardSQLTypeName.DATE),
              Map.of("value", Template.runtime("%Y-%m-%d"))));
    }
    return all;
  }

  private static Map<String, Object> named(String name, Object type, Object value) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    parameter.put("name", name);
    parameter.put("parameterType", type);
    parameter.put("parameterValue", value);
    return parameter;
  }

  private static Map<String, Object> type(QueryParameterValue value) {
    Map<String, Object> type = new LinkedHashMap<>();
    type.put("type", value.getType());
    if (value.getArrayType() != null) {
      type.put("arrayType", Map.of("type", value.getArrayType()));
    }
    return type;
  }

  private static Map<String, Object> valueOf(QueryParameterValue value) {
    List<QueryParameterValue> elements = value.getArrayValues();
    return elements == null
        ? Map.of("value", Template.text(Objects.requireNonNull(value.getValue())))
        : Map.of("arrayValues", elements.stream().map(QueryParameters::valueOf).toList());
  }

  private static boolean uses(String sql, String name) {
    return Pattern.compile("(?i)(?<!@)@" + name + "(?![A-Za-z0-9_])").matcher(sql).find();
  }

  private static QueryParameterValue value(String name, @Nullable Object value) {
    if (value == null
        || (value instanceof Collection<?> some && some.stream().anyMatch(Objects::isNull))) {
      throw new IllegalArgumentException(
          "The query parameter @"
              + name
              + " is null, or has null in it, which has no type. Write IS NULL in the SQL instead.");
    }
    if (value instanceof Collection<?> collection) {
      return array(name, List.copyOf(collection));
    }
    if (value instanceof String text) {
      return QueryParameterValue.string(text);
    }
    if (value instanceof Enum<?> constant) {
      return QueryParameterValue.string(constant.name());
    }
    if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      return QueryParameterValue.int64(((Number) value).longValue());
    }
    if (value instanceof Double || value instanceof Float) {
      return QueryParameterValue.float64(((Number) value).doubleValue());
    }
    if (value instanceof BigInteger number) {
      return number(new BigDecimal(number));
    }
    if (value instanceof BigDecimal number) {
      return number(number);
    }
    if (value instanceof Boolean flag) {
      return QueryParameterValue.bool(flag);
    }
    if (value instanceof byte[] bytes) {
      return QueryParameterValue.bytes(bytes);
    }
    if (value instanceof LocalDate date) {
      return QueryParameterValue.date(date.toString());
    }
    if (value instanceof LocalDateTime time) {
      return QueryParameterValue.dateTime(DATETIME.format(time));
    }
    if (value instanceof LocalTime time) {
      return QueryParameterValue.time(TIME.format(time));
    }
    if (value instanceof Instant instant) {
      return QueryParameterValue.timestamp(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
    }
    if (value instanceof ZonedDateTime time) {
      return value(name, time.toInstant());
    }
    if (value instanceof OffsetDateTime time) {
      return value(name, time.toInstant());
    }
    throw new IllegalArgumentException(
        "The query parameter @"
            + name
            + " is a "
            + value.getClass().getName()
            + ", for which BigQuery has no type. Use a text, number, boolean, byte[], type of"
            + " java.time or a list of these.");
  }

  private static QueryParameterValue number(BigDecimal number) {
    // NUMERIC has 29 digits before and 9 behind the point.
    return number.scale() > 9 || number.precision() - number.scale() > 29
        ? QueryParameterValue.bigNumeric(number)
        : QueryParameterValue.numeric(number);
  }

  private static QueryParameterValue array(String name, List<?> elements) {
    if (elements.isEmpty()) {
      throw new IllegalArgumentException(
          "The query parameter @"
              + name
              + " is an empty list, which has no type. Leave the"
              + " condition out instead.");
    }
    List<QueryParameterValue> values =
        elements.stream().map(element -> value(name, element)).toList();
    if (values.stream().anyMatch(element -> element.getType() == StandardSQLTypeName.BIGNUMERIC)
        && elements.stream().allMatch(QueryParameters::isExact)) {
      values =
          elements.stream()
              .map(element -> QueryParameterValue.bigNumeric(new BigDecimal(element.toString())))
              .toList();
    }
    StandardSQLTypeName type = values.get(0).getType();
    if (type == StandardSQLTypeName.ARRAY) {
      throw new IllegalArgumentException(
          "The query parameter @" + name + " is a list of lists, which BigQuery does not have.");
    }
    if (values.stream().anyMatch(element -> element.getType() != type)) {
      throw new IllegalArgumentException(
          "The list of the query parameter @" + name + " has elements of several types.");
    }
    return QueryParameterValue.newBuilder()
        .setType(StandardSQLTypeName.ARRAY)
        .setArrayType(type)
        .setArrayValues(values)
        .build();
  }

  private static boolean isExact(Object element) {
    return element instanceof BigDecimal || element instanceof BigInteger;
  }
}
