// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** Turns rows into objects and objects into rows, in the forms of BigQuery's JSON. */
final class RowMapper {

  private RowMapper() {}

  /** Makes objects of rows. */
  static ObjectMapper create() {
    return builder().build();
  }

  /** Makes rows of objects: of the same objects the same text in every JVM. */
  static ObjectWriter writer() {
    SimpleModule numbers = new SimpleModule();
    for (Class<? extends Number> type : List.of(Long.class, BigInteger.class, BigDecimal.class)) {
      numbers.addSerializer(type, new ExactNumber());
    }
    numbers.addSerializer(long.class, new ExactNumber());
    return builder()
        .addModule(numbers)
        .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .build()
        .writer();
  }

  private static JsonMapper.Builder builder() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  /**
   * BigQuery reads numbers of JSON as doubles, so one that a double cannot hold is written as text.
   *
   * @see <a href="https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json">the
   *     limitation</a>
   */
  private static final class ExactNumber extends JsonSerializer<Number> {
    private static final BigDecimal LIMIT = BigDecimal.valueOf((1L << 53) - 1);

    /** So many digits survive in a double, whichever they are. */
    private static final int DIGITS = 15;

    @Override
    public void serialize(Number value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      BigDecimal number = new BigDecimal(value.toString());
      boolean whole = value instanceof Long || value instanceof BigInteger;
      if (whole ? number.abs().compareTo(LIMIT) > 0 : number.precision() > DIGITS) {
        json.writeString(number.toPlainString());
      } else {
        json.writeNumber(number);
      }
    }
  }
}
