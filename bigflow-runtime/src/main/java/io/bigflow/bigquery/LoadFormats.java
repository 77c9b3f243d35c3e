// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.AvroOptions;
import com.google.cloud.bigquery.CsvOptions;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.ParquetOptions;
import io.bigflow.workflow.Template;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The formats of files as BigQuery's API has them; the client keeps its own translation to itself.
 *
 * @see <a
 *     href="https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationload">the
 *     configuration of load jobs</a>
 */
final class LoadFormats {

  private LoadFormats() {}

  /** Empty for the format of another product, such as an export of Datastore. */
  static Optional<Map<String, Object>> of(FormatOptions format) {
    Map<String, Object> load = new LinkedHashMap<>();
    load.put("sourceFormat", format.getType());
    if (format instanceof CsvOptions csv) {
      put(load, "allowJaggedRows", csv.allowJaggedRows());
      put(load, "allowQuotedNewlines", csv.allowQuotedNewLines());
      put(load, "encoding", csv.getEncoding());
      put(load, "fieldDelimiter", csv.getFieldDelimiter());
      put(load, "nullMarker", csv.getNullMarker());
      put(load, "quote", csv.getQuote());
      put(load, "skipLeadingRows", csv.getSkipLeadingRows());
      put(load, "preserveAsciiControlCharacters", csv.getPreserveAsciiControlCharacters());
      return Optional.of(load);
    }
    if (format instanceof ParquetOptions parquet) {
      Map<String, Object> options = new LinkedHashMap<>();
      put(options, "enableListInference", parquet.getEnableListInference());
      put(options, "enumAsString", parquet.getEnumAsString());
      put(options, "mapTargetType", parquet.getMapTargetType());
      put(load, "parquetOptions", options.isEmpty() ? null : options);
      return Optional.of(load);
    }
    if (format instanceof AvroOptions avro) {
      put(load, "useAvroLogicalTypes", avro.useAvroLogicalTypes());
      return Optional.of(load);
    }
    return format.getClass() == FormatOptions.class ? Optional.of(load) : Optional.empty();
  }

  private static void put(Map<String, Object> map, String name, @Nullable Object value) {
    if (value != null) {
      map.put(name, value instanceof String text ? Template.text(text) : value);
    }
  }
}
