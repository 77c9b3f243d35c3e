// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QueryParametersTest extends OnFakeBigQuery {

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("'; DROP TABLE ports; --", "STRING", "'; DROP TABLE ports; --"),
        Arguments.of(DayOfWeek.MONDAY, "STRING", "MONDAY"),
        Arguments.of(Long.MIN_VALUE, "INT64", "-9223372036854775808"),
        Arguments.of(1, "INT64", "1"),
        Arguments.of((short) 2, "INT64", "2"),
        Arguments.of((byte) 3, "INT64", "3"),
        Arguments.of(1.5, "FLOAT64", "1.5"),
        Arguments.of(0.5f, "FLOAT64", "0.5"),
        Arguments.of(new BigDecimal("1.123456789"), "NUMERIC", "1.123456789"),
        Arguments.of(new BigDecimal("1.1234567890"), "BIGNUMERIC", "1.1234567890"),
        Arguments.of(new BigDecimal("9".repeat(29) + ".1"), "NUMERIC", "9".repeat(29) + ".1"),
        Arguments.of(BigInteger.TEN.pow(29), "BIGNUMERIC", "1" + "0".repeat(29)),
        Arguments.of(BigInteger.TEN, "NUMERIC", "10"),
        Arguments.of(true, "BOOL", "true"),
        Arguments.of(new byte[] {1, 2, (byte) 255}, "BYTES", "AQL/"),
        Arguments.of(LocalDate.of(2026, 1, 2), "DATE", "2026-01-02"),
        Arguments.of(
            LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6_000), "DATETIME", "2026-01-02 03:04:05.000006"),
        Arguments.of(LocalTime.of(3, 4), "TIME", "03:04:00.000000"),
        Arguments.of(
            Instant.parse("2026-01-02T03:04:05.123456789Z"),
            "TIMESTAMP",
            "2026-01-02 03:04:05.123456+00:00"),
        Arguments.of(
            Instant.parse("1969-12-31T23:59:59.999999Z"),
            "TIMESTAMP",
            "1969-12-31 23:59:59.999999+00:00"),
        Arguments.of(
            ZonedDateTime.parse("2026-07-01T02:00:00+02:00[Europe/Warsaw]"),
            "TIMESTAMP",
            "2026-07-01 00:00:00.000000+00:00"),
        Arguments.of(
            OffsetDateTime.parse("2026-07-01T02:00:00+02:00"),
            "TIMESTAMP",
            "2026-07-01 00:00:00.000000+00:00"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void everyTypeOfJavaHasItsTypeOfBigQuery(Object value, String type, String text)
      throws Exception {
    dataset.writeTruncate("ports", "SELECT @v").parameter("v", value).run(context());
    JsonNode parameter = configuration().at("/query/queryParameters/0");
    assertThat(parameter.path("name").asText()).isEqualTo("v");
    assertThat(parameter.at("/parameterType/type").asText()).isEqualTo(type);
    assertThat(parameter.at("/parameterValue/value").asText()).isEqualTo(text);
    assertThat(configuration().at("/query/query").asText()).isEqualTo("SELECT @v");
  }

  @Test
  void listsAreArrays() throws Exception {
    dataset
        .collect("SELECT @words, @days, @numbers")
        .parameter("words", List.of("a", "b'"))
        .parameter("days", Set.of(LocalDate.of(2026, 1, 1)))
        .parameter("numbers", List.of(new BigDecimal("1.5"), new BigDecimal("0.12345678901")))
        .run(context());
    JsonNode parameters = configuration().at("/query/queryParameters");
    assertThat(parameters).hasSize(3);
    assertThat(named(parameters, "words"))
        .isEqualTo(array("words", "STRING", "{\"value\":\"a\"},{\"value\":\"b'\"}"));
    assertThat(named(parameters, "days"))
        .isEqualTo(array("days", "DATE", "{\"value\":\"2026-01-01\"}"));
    assertThat(named(parameters, "numbers"))
        .isEqualTo(
            array("numbers", "BIGNUMERIC", "{\"value\":\"1.5\"},{\"value\":\"0.12345678901\"}"));
  }

  private static JsonNode named(JsonNode parameters, String name) {
    for (JsonNode parameter : parameters) {
      if (parameter.path("name").asText().equals(name)) {
        return parameter;
      }
    }
    throw new AssertionError(name);
  }

  private static JsonNode array(String name, String type, String values) throws Exception {
    return new ObjectMapper()
        .readTree(
            "{\"name\":\""
                + name
                + "\",\"parameterType\":{\"type\":\"ARRAY\",\"arrayType\":{\"type\":\""
                + type
                + "\"}},\"parameterValue\":{\"arrayValues\":["
                + values
                + "]}}");
  }

  @Test
  void whatCannotBeAParameterIsRefused() {
    BigQueryStatement statement = dataset.execute("SELECT @a, @b, @@time_zone, @runtime");
    refuse(() -> statement.parameter("c", 1), "The SQL does not use the query parameter @c.");
    refuse(
        () -> statement.parameter("time_zone", 1), "does not use the query parameter @time_zone");
    refuse(() -> dataset.execute("SELECT @ab").parameter("a", 1), "does not use");
    refuse(() -> statement.parameter("a b", 1), "'a b' is not the name of a query parameter.");
    refuse(() -> statement.parameter("runtime", 1), "@runtime is there already.");
    refuse(() -> statement.parameter("Runtime_Date", 1), "@Runtime_Date is there already.");
    refuse(
        () -> statement.parameter("a", Duration.ZERO),
        "The query parameter @a is a java.time.Duration, for which BigQuery has no type.");
    refuse(() -> statement.parameter("a", List.of()), "@a is an empty list, which has no type.");
    refuse(() -> statement.parameter("a", List.of(1, "b")), "@a has elements of several types.");
    refuse(() -> statement.parameter("a", List.of(List.of(1))), "@a is a list of lists");
    List<@Nullable String> holed = Arrays.asList("a", null);
    refuse(() -> statement.parameter("a", holed), "Write IS NULL in the SQL instead.");
  }

  private static void refuse(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theLastValueOfANameCounts() throws Exception {
    dataset.execute("SELECT @a").parameter("a", 1).parameter("A", 2).run(context());
    assertThat(configuration().at("/query/queryParameters")).hasSize(1);
    assertThat(configuration().at("/query/queryParameters/0/parameterValue/value").asText())
        .isEqualTo("2");
  }

  @Test
  void theRuntimeIsAParameterWhereItIsUsed() throws Exception {
    dataset.execute("SELECT 1").run(context());
    assertThat(configuration().at("/query").has("queryParameters")).isFalse();
    dataset.execute("SELECT @runtime").run(context());
    assertThat(parameters()).containsExactly("runtime TIMESTAMP 2025-12-31 23:30:00.000000+00:00");
    dataset.execute("SELECT @RUNTIME_DATE").run(context());
    assertThat(parameters()).containsExactly("runtime_date DATE 2025-12-31");
    dataset.execute("SELECT @runtime_date, @runtime").run(context());
    assertThat(parameters()).hasSize(2);
  }

  private List<String> parameters() {
    return Stream.of(configuration().at("/query/queryParameters"))
        .flatMap(list -> list.isMissingNode() ? Stream.of() : elements(list))
        .map(
            parameter ->
                parameter.path("name").asText()
                    + " "
                    + parameter.at("/parameterType/type").asText()
                    + " "
                    + parameter.at("/parameterValue/value").asText())
        .toList();
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    List<JsonNode> elements = new ArrayList<>();
    list.forEach(elements::add);
    return elements.stream();
  }

  @Test
  void dtIsTheRuntimeInUtc() throws Exception {
    BigQueryStatement statement =
        dataset.execute("SELECT '{dt}', date('{dt}'), '{{dt}}', '{\"dt\": 1}', '{{ports}}'");
    assertThat(statement.sql()).startsWith("SELECT '{dt}', date('{dt}'), '{dt}'");
    statement.run(context());
    assertThat(configuration().at("/query/query").asText())
        .isEqualTo(
            "SELECT '2025-12-31 23:30:00', date('2025-12-31 23:30:00'), '{dt}', '{\"dt\": 1}',"
                + " '{ports}'");
  }

  @Test
  void valuesAreNotReplacedIn() throws Exception {
    dataset.execute("SELECT @a").parameter("a", "{ports} {dt} @runtime").run(context());
    assertThat(configuration().at("/query/query").asText()).isEqualTo("SELECT @a");
    assertThat(parameters()).isEqualTo(Collections.singletonList("a STRING {ports} {dt} @runtime"));
  }
}
