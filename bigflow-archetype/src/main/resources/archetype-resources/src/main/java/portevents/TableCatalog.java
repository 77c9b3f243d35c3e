package ${package}.portevents;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.TableList;
import com.google.api.services.bigquery.model.TableSchema;
import io.bigflow.bigquery.BigQueryDataset;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryHelpers;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;

/**
 * The tables of a dataset with their schemas, as they are when the pipeline starts. Travels to the
 * workers with it.
 */
final class TableCatalog implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String project;
  private final String dataset;

  /** JSON, because Google's classes for it are not serializable. */
  private final TreeMap<String, String> schemas;

  /** Schemas as JSON by the names of their tables. */
  TableCatalog(String project, String dataset, Map<String, String> schemas) {
    this.project = project;
    this.dataset = dataset;
    this.schemas = new TreeMap<>(schemas);
  }

  /** Asks BigQuery, with the account of the pipeline. Views are left out: they take no rows. */
  static TableCatalog read(BigQueryDataset dataset, BigQueryOptions options) throws IOException {
    HttpRequestInitializer account = GoogleRequests.as(options);
    Bigquery.Builder client =
        new Bigquery.Builder(Transport.getTransport(), Transport.getJsonFactory(), account)
            .setApplicationName("port-events");
    if (options.getBigQueryEndpoint() != null) {
      client.setRootUrl(options.getBigQueryEndpoint());
    }
    Bigquery.Tables tables = client.build().tables();
    Map<String, String> schemas = new TreeMap<>();
    String page = null;
    do {
      TableList list = tables.list(dataset.project(), dataset.name()).setPageToken(page).execute();
      for (TableList.Tables table :
          list.getTables() == null ? List.<TableList.Tables>of() : list.getTables()) {
        if ("TABLE".equals(table.getType())) {
          String name = table.getTableReference().getTableId();
          TableSchema schema =
              tables.get(dataset.project(), dataset.name(), name).execute().getSchema();
          schemas.put(name, BigQueryHelpers.toJsonString(schema));
        }
      }
      page = list.getNextPageToken();
    } while (page != null);
    return new TableCatalog(dataset.project(), dataset.name(), schemas);
  }

  String project() {
    return project;
  }

  String dataset() {
    return dataset;
  }

  Set<String> tables() {
    return schemas.keySet();
  }

  TableSchema schema(String table) {
    return BigQueryHelpers.fromJsonString(schemas.get(table), TableSchema.class);
  }
}
