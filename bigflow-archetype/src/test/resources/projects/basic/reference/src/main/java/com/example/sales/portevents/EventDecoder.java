package com.example.sales.portevents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.services.bigquery.model.TableRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Makes a row of a payload, which is a JSON object with the names of columns.
 *
 * <p>Refuses also what JSON can hold and a request to BigQuery cannot: an exception while rows are
 * sent would stop the pipeline at this message for good.
 */
final class EventDecoder {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** Google's class for rows has a field of this name, which is no column. */
  private static final String NO_COLUMN = "f";

  private EventDecoder() {}

  static TableRow decode(byte[] payload) throws UndecodableException {
    Map<String, Object> columns;
    try {
      columns = JSON.readValue(payload, OBJECT);
    } catch (JsonProcessingException e) {
      throw new UndecodableException(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UndecodableException(String.valueOf(e.getMessage()));
    }
    if (columns == null) {
      throw new UndecodableException("the payload is null");
    }
    if (columns.containsKey(NO_COLUMN)) {
      throw new UndecodableException("a column cannot be called " + NO_COLUMN);
    }
    check(columns);
    TableRow row = new TableRow();
    row.putAll(columns);
    return row;
  }

  private static void check(Object value) throws UndecodableException {
    if (value instanceof Map<?, ?> fields) {
      for (Object field : fields.values()) {
        check(field);
      }
    } else if (value instanceof List<?> elements) {
      for (Object element : elements) {
        if (element == null) {
          // The client would leave it out, and nobody would know.
          throw new UndecodableException("a null is among the elements of an array");
        }
        check(element);
      }
    } else if (value instanceof Double number && number.isInfinite()) {
      throw new UndecodableException("a number is too large");
    } else if (value instanceof String text
        && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new UndecodableException("a text has half of a surrogate pair");
    }
  }

  /** Why a payload is no row. */
  static final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String reason) {
      // There may be thousands, and nobody reads where they were found.
      super(reason, null, false, false);
    }
  }
}
