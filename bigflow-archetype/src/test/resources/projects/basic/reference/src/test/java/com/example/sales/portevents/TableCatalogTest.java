package com.example.sales.portevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.api.services.bigquery.model.TableFieldSchema;
import io.bigflow.bigquery.BigQueryDataset;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TableCatalogTest {

  @Test
  void hasTheTablesOfAllPagesWithTheirSchemasAndNoView() throws IOException {
    try (FakeBigQuery bigQuery = new FakeBigQuery()) {
      TableCatalog catalog =
          TableCatalog.read(BigQueryDataset.of("a-project", "events"), bigQuery.options());

      assertThat(catalog.tables()).containsExactly("arrivals", "berths");
      assertThat(catalog.schema("berths").getFields())
          .extracting(TableFieldSchema::getName, TableFieldSchema::getType)
          .containsExactly(tuple("ship", "STRING"));
    }
  }
}
