// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.bigquery.Clustering;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table, with its partitions and clusters. Immutable.
 *
 * <p>The JSON is the one that {@code bq show --schema --format=prettyjson} prints: a list of fields
 * with {@code name}, {@code type}, {@code mode}, {@code description}, {@code fields}, {@code
 * maxLength}, {@code precision}, {@code scale} and {@code defaultValueExpression}.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/schemas#specifying_a_json_schema_file">JSON
 *     schema files</a>
 */
public final class TableSchema {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Set<String> ATTRIBUTES =
      new TreeSet<>(
          Set.of(
              "name",
              "type",
              "mode",
              "description",
              "fields",
              "maxLength",
              "precision",
              "scale",
              "defaultValueExpression"));

  private static final Set<StandardSQLTypeName> TIMES =
      Set.of(StandardSQLTypeName.DATE, StandardSQLTypeName.TIMESTAMP, StandardSQLTypeName.DATETIME);

  /** Names of legacy SQL, which schema files may use. */
  private static final Map<String, String> LEGACY =
      Map.of("INTEGER", "INT64", "FLOAT", "FLOAT64", "BOOLEAN", "BOOL", "RECORD", "STRUCT");

  private final Schema schema;
  private final @Nullable TimePartitioning partitioning;
  private final List<String> clusters;

  private TableSchema(
      Schema schema, @Nullable TimePartitioning partitioning, List<String> clusters) {
    this.schema = schema;
    this.partitioning = partitioning;
    this.clusters = List.copyOf(clusters);
  }

  /**
   * Reads a schema file on the class path.
   *
   * @param path for example {@code schemas/ports.json}
   * @throws ConfigurationException if there is no such file, or it is no schema
   */
  public static TableSchema resource(String path) {
    return parse("'" + path + "'", BigQuerySql.resource(path));
  }

  /**
   * Reads a schema.
   *
   * @throws ConfigurationException if the text is no schema
   */
  public static TableSchema json(String text) {
    return parse("the JSON", text);
  }

  private static TableSchema parse(String source, String text) {
    try {
      JsonNode node = JSON.readTree(text);
      return new TableSchema(Schema.of(fields(source, "", node)), null, List.of());
    } catch (JsonProcessingException e) {
      throw wrong(source, "", e.getOriginalMessage());
    }
  }

  /**
   * This schema, for a table with a partition for each hour, day, month or year.
   *
   * @param column a column of type DATE, TIMESTAMP or DATETIME
   */
  public TableSchema partitionedBy(String column, TimePartitioning.Type length) {
    StandardSQLTypeName type = requireColumn(column).getType().getStandardType();
    if (!TIMES.contains(type)
        || (type == StandardSQLTypeName.DATE && length == TimePartitioning.Type.HOUR)) {
      throw new IllegalArgumentException(
          "Column '"
              + column
              + "' is "
              + type
              + ", so it cannot have a partition for each "
              + length
              + ". DATE, TIMESTAMP and DATETIME can, but DATE none for each HOUR.");
    }
    return new TableSchema(
        schema, TimePartitioning.newBuilder(length).setField(column).build(), clusters);
  }

  /** This schema, for a table with partitions by the time at which rows arrive. */
  public TableSchema partitionedByIngestionTime(TimePartitioning.Type length) {
    return new TableSchema(schema, TimePartitioning.of(length), clusters);
  }

  /** This schema, for a table whose rows are clustered by columns. */
  public TableSchema clusteredBy(String... columns) {
    for (String column : columns) {
      requireColumn(column);
    }
    return new TableSchema(schema, partitioning, List.of(columns));
  }

  private Field requireColumn(String name) {
    return schema.getFields().stream()
        .filter(field -> field.getName().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The schema has no column '"
                        + name
                        + "'. Its columns: "
                        + schema.getFields().stream()
                            .map(Field::getName)
                            .collect(Collectors.joining(", "))));
  }

  StandardTableDefinition definition() {
    StandardTableDefinition.Builder definition =
        StandardTableDefinition.newBuilder().setSchema(schema);
    if (partitioning != null) {
      definition.setTimePartitioning(partitioning);
    }
    if (!clusters.isEmpty()) {
      definition.setClustering(Clustering.newBuilder().setFields(clusters).build());
    }
    return definition.build();
  }

  /** What a table with that schema lacks; empty if it has all columns in their types. */
  List<String> missingIn(@Nullable Schema present) {
    List<String> differences = new ArrayList<>();
    compare(
        "",
        schema.getFields(),
        present == null ? FieldList.of() : present.getFields(),
        differences);
    return differences;
  }

  private static void compare(
      String parent, FieldList wanted, FieldList present, List<String> differences) {
    for (Field field : wanted) {
      String name = parent + field.getName();
      Field other =
          present.stream()
              .filter(candidate -> candidate.getName().equalsIgnoreCase(field.getName()))
              .findFirst()
              .orElse(null);
      if (other == null) {
        differences.add("column " + name + " is missing");
      } else if (other.getType().getStandardType() != field.getType().getStandardType()) {
        differences.add(
            "column "
                + name
                + " is "
                + other.getType().getStandardType()
                + ", not "
                + field.getType().getStandardType());
      } else if ((other.getMode() == Field.Mode.REPEATED)
          != (field.getMode() == Field.Mode.REPEATED)) {
        differences.add(
            "column "
                + name
                + (other.getMode() == Field.Mode.REPEATED ? " is repeated" : " is not repeated"));
      } else if (field.getSubFields() != null) {
        compare(
            name + ".",
            field.getSubFields(),
            other.getSubFields() == null ? FieldList.of() : other.getSubFields(),
            differences);
      }
    }
  }

  private static List<Field> fields(String source, String parent, JsonNode list) {
    if (!list.isArray() || list.isEmpty()) {
      throw wrong(source, parent, "a list of fields is expected");
    }
    List<Field> fields = new ArrayList<>();
    for (JsonNode field : list) {
      fields.add(field(source, parent, field));
    }
    return fields;
  }

  private static Field field(String source, String parent, JsonNode node) {
    String name = node.path("name").asText();
    if (name.isEmpty()) {
      throw wrong(source, parent, "a field has no name");
    }
    String path = parent.isEmpty() ? name : parent + "." + name;
    node.fieldNames()
        .forEachRemaining(
            attribute -> {
              if (!ATTRIBUTES.contains(attribute)) {
                throw wrong(
                    source,
                    path,
                    "'"
                        + attribute
                        + "' is not known; a field has "
                        + String.join(", ", ATTRIBUTES));
              }
            });
    StandardSQLTypeName type = type(source, path, node.path("type").asText());
    Field.Builder field =
        type == StandardSQLTypeName.STRUCT
            ? Field.newBuilder(name, type, FieldList.of(fields(source, path, node.path("fields"))))
            : Field.newBuilder(name, type);
    if (node.has("mode")) {
      field.setMode(mode(source, path, node.path("mode").asText()));
    }
    if (node.has("description")) {
      field.setDescription(node.path("description").asText());
    }
    if (node.has("maxLength")) {
      field.setMaxLength(number(source, path, node, "maxLength"));
    }
    if (node.has("precision")) {
      field.setPrecision(number(source, path, node, "precision"));
    }
    if (node.has("scale")) {
      field.setScale(number(source, path, node, "scale"));
    }
    if (node.has("defaultValueExpression")) {
      field.setDefaultValueExpression(node.path("defaultValueExpression").asText());
    }
    return field.build();
  }

  /** The API writes such numbers as text, people as numbers. */
  private static long number(String source, String path, JsonNode node, String attribute) {
    try {
      return Long.parseLong(node.path(attribute).asText());
    } catch (NumberFormatException e) {
      throw wrong(source, path, attribute + " is " + node.path(attribute) + ", not a whole number");
    }
  }

  private static StandardSQLTypeName type(String source, String path, String text) {
    String name = text.toUpperCase(Locale.ROOT);
    if (name.equals("ARRAY")) {
      throw wrong(
          source,
          path,
          "'" + text + "' is no type here; write the type of an element, and mode REPEATED");
    }
    try {
      return StandardSQLTypeName.valueOf(LEGACY.getOrDefault(name, name));
    } catch (IllegalArgumentException e) {
      throw wrong(source, path, "'" + text + "' is not a type of BigQuery");
    }
  }

  private static Field.Mode mode(String source, String path, String text) {
    try {
      return Field.Mode.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong(
          source, path, "'" + text + "' is not a mode; there are NULLABLE, REQUIRED and REPEATED");
    }
  }

  private static ConfigurationException wrong(String source, String path, String reason) {
    return new ConfigurationException(
        "The table schema in "
            + source
            + " is wrong"
            + (path.isEmpty() ? "" : " at field '" + path + "'")
            + ": "
            + reason
            + ".");
  }
}
