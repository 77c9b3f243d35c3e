package com.example.sales.portevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import org.junit.jupiter.api.Test;

class SchemaFilesTest {

  @Test
  void findsTheSchemasOfTheProject() {
    assertThat(SchemaFiles.read("portevents/tables"))
        .containsOnlyKeys("arrivals", "berths", "departures");
  }

  @Test
  void findsFilesInAJarToo() {
    // Of a library: a folder with files, but none of them is a schema.
    assertThatThrownBy(() -> SchemaFiles.read("org/assertj/core/api"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("src/main/resources/org/assertj/core/api has no schema file.");
  }

  @Test
  void namesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> SchemaFiles.read("portevents/nothing"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("src/main/resources has no folder portevents/nothing.");
  }
}
