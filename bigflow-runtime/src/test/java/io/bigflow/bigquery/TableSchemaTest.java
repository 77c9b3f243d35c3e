// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSchemaTest extends OnFakeBigQuery {

  private static final String FIELDS =
      """
      [
        {"name": "id", "type": "INTEGER", "mode": "REQUIRED", "description": "the key"},
        {"name": "day", "type": "DATE"},
        {"name": "seen", "type": "timestamp", "mode": "nullable"},
        {"name": "price", "type": "NUMERIC", "precision": "10", "scale": 2},
        {"name": "code", "type": "STRING", "maxLength": 3, "defaultValueExpression": "'POL'"},
        {"name": "ok", "type": "BOOLEAN"},
        {"name": "size", "type": "FLOAT"},
        {"name": "berths", "type": "RECORD", "mode": "REPEATED", "fields": [
          {"name": "number", "type": "INT64"},
          {"name": "owner", "type": "STRUCT", "fields": [{"name": "names", "type": "STRING",
            "mode": "REPEATED"}]}
        ]}
      ]
      """;

  @Test
  void theTableIsCreatedAsTheSchemaSays() throws Exception {
    TableSchema schema =
        TableSchema.json(FIELDS)
            .partitionedBy("day", TimePartitioning.Type.MONTH)
            .clusteredBy("code", "ok");
    assertThat(dataset.createTable("ports", schema).run(context())).isTrue();
    JsonNode table = bigQuery.createdTables.get(0);
    assertThat(table.at("/tableReference/tableId").asText()).isEqualTo("ports");
    assertThat(table.at("/timePartitioning/type").asText()).isEqualTo("MONTH");
    assertThat(table.at("/timePartitioning/field").asText()).isEqualTo("day");
    assertThat(table.at("/clustering/fields"))
        .extracting(JsonNode::asText)
        .containsExactly("code", "ok");
    JsonNode fields = table.at("/schema/fields");
    assertThat(fields)
        .extracting(field -> field.path("name").asText() + " " + field.path("type").asText())
        .containsExactly(
            "id INTEGER",
            "day DATE",
            "seen TIMESTAMP",
            "price NUMERIC",
            "code STRING",
            "ok BOOLEAN",
            "size FLOAT",
            "berths RECORD");
    assertThat(fields.at("/0/mode").asText()).isEqualTo("REQUIRED");
    assertThat(fields.at("/0/description").asText()).isEqualTo("the key");
    assertThat(fields.at("/2/mode").asText()).isEqualTo("NULLABLE");
    assertThat(fields.at("/3/precision").asLong()).isEqualTo(10);
    assertThat(fields.at("/3/scale").asLong()).isEqualTo(2);
    assertThat(fields.at("/4/maxLength").asLong()).isEqualTo(3);
    assertThat(fields.at("/4/defaultValueExpression").asText()).isEqualTo("'POL'");
    assertThat(fields.at("/7/mode").asText()).isEqualTo("REPEATED");
    assertThat(fields.at("/7/fields/0/name").asText()).isEqualTo("number");
    assertThat(fields.at("/7/fields/1/fields/0/name").asText()).isEqualTo("names");
    assertThat(fields.at("/7/fields/1/fields/0/mode").asText()).isEqualTo("REPEATED");
    assertThat(bigQuery.inserted).isEmpty();

    // The fake returns what it was sent, in which nothing is missing.
    assertThat(dataset.createTable("ports", schema).run(context())).isFalse();
    assertThat(bigQuery.createdTables).hasSize(1);
  }

  @Test
  void partitionsMayBeByTheTimeOfArrival() throws Exception {
    TableSchema schema =
        TableSchema.json(FIELDS).partitionedByIngestionTime(TimePartitioning.Type.HOUR);
    dataset.createTable("ports", schema).run(context());
    JsonNode partitioning = bigQuery.createdTables.get(0).path("timePartitioning");
    assertThat(partitioning.path("type").asText()).isEqualTo("HOUR");
    assertThat(partitioning.has("field")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                         | is wrong: ",
        "[{'name':'a','type':'STRING'}] x          | is wrong: ",
        "{}                                        | is wrong: a list of fields is expected.",
        "[]                                        | is wrong: a list of fields is expected.",
        "['a']                                     | is wrong: a field has no name.",
        "[{'type':'STRING'}]                       | is wrong: a field has no name.",
        "[{'name':'a'}]                            | at field 'a': '' is not a type of BigQuery.",
        "[{'name':'a','type':'TEXT'}]              | at field 'a': 'TEXT' is not a type of BigQuery.",
        "[{'name':'a','type':'ARRAY'}]             | at field 'a': 'ARRAY' is no type here; write the type of an element, and mode REPEATED.",
        "[{'name':'a','type':'DATE','mode':'MANY'}] | at field 'a': 'MANY' is not a mode; there are NULLABLE, REQUIRED and REPEATED.",
        "[{'name':'a','type':'DATE','nullable':true}] | at field 'a': 'nullable' is not known; a field has defaultValueExpression, description,",
        "[{'name':'a','type':'RECORD'}]            | at field 'a': a list of fields is expected.",
        "[{'name':'a','type':'RECORD','fields':[{'name':'b','type':'RECORD','fields':[{'name':'c','type':'X'}]}]}] | at field 'a.b.c': 'X' is not a type",
        "[{'name':'a','type':'RECORD','fields':[{'type':'DATE'}]}] | at field 'a': a field has no name.",
        "[{'name':'a','type':'STRING','maxLength':'x'}] | at field 'a': maxLength is \"x\", not a whole number.",
        "[{'name':'a','type':'NUMERIC','precision':1.5}] | at field 'a': precision is 1.5, not a whole number.",
      })
  void aWrongSchemaNamesTheField(String json, String message) {
    assertThatThrownBy(() -> TableSchema.json(json.replace('\'', '"')))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("The table schema in the JSON is wrong")
        .hasMessageContaining(message);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> TableSchema.resource("nope.json"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("There is no file 'nope.json' on the class path");
  }

  @Test
  void columnsThatAreNotThereOrDoNotFitAreRefused() {
    TableSchema schema = TableSchema.json(FIELDS);
    assertThatThrownBy(() -> schema.partitionedBy("dya", TimePartitioning.Type.DAY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The schema has no column 'dya'. Its columns: id, day, seen,");
    assertThatThrownBy(() -> schema.clusteredBy("code", "kode"))
        .hasMessageContaining("The schema has no column 'kode'");
    assertThatThrownBy(() -> schema.partitionedBy("code", TimePartitioning.Type.DAY))
        .hasMessageContaining(
            "Column 'code' is STRING, so it cannot have a partition for each DAY");
    assertThatThrownBy(() -> schema.partitionedBy("day", TimePartitioning.Type.HOUR))
        .hasMessageContaining("Column 'day' is DATE, so it cannot have a partition for each HOUR");
  }

  @Test
  void aTableThatAnotherJobCreatesMeanwhileIsTaken() throws Exception {
    // It is not there when it is looked for, and there when it is created.
    bigQuery.addTable(
        "ports", "{\"schema\": {\"fields\": [{\"name\": \"A\", \"type\": \"DATE\"}]}}");
    bigQuery.faults.add(FakeBigQuery.Fault.refused("GET .*/tables/ports", 404, "notFound", 1));
    TableSchema schema = TableSchema.json("[{\"name\": \"a\", \"type\": \"DATE\"}]");
    assertThat(dataset.createTable("ports", schema).run(context())).isFalse();
    assertThat(bigQuery.createdTables).hasSize(1);
  }

  @Test
  void aLostAnswerToTheCreationIsNoFailure() throws Exception {
    bigQuery.faults.add(FakeBigQuery.Fault.lost("POST .*/tables", 503, 1));
    TableSchema schema = TableSchema.json("[{\"name\": \"a\", \"type\": \"DATE\"}]");
    dataset.createTable("ports", schema).run(hasty(dataset, context()));
    assertThat(bigQuery.tables).containsKey("ports");
  }

  @Test
  void aTableWithOtherColumnsIsRefused() {
    bigQuery.addTable(
        "ports",
        """
        {"schema": {"fields": [
          {"name": "a", "type": "STRING"},
          {"name": "b", "type": "INTEGER", "mode": "REPEATED"},
          {"name": "c", "type": "RECORD", "fields": [{"name": "d", "type": "DATE"}]}
        ]}}
        """);
    TableSchema schema =
        TableSchema.json(
            """
            [
              {"name": "a", "type": "DATE"},
              {"name": "B", "type": "INT64"},
              {"name": "c", "type": "STRUCT", "fields": [
                {"name": "d", "type": "TIME"}, {"name": "e", "type": "TIME"}]},
              {"name": "f", "type": "BYTES"}
            ]
            """);
    assertThatThrownBy(() -> dataset.createTable("ports", schema).run(context()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Table demo.internationalports.ports is there with other columns: column a is STRING,"
                + " not DATE; column B is repeated; column c.d is DATE, not TIME; column c.e is"
                + " missing; column f is missing. Change the table (ALTER TABLE), or the schema.");
  }
}
