// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.JobInfo.CreateDisposition;
import com.google.cloud.bigquery.JobInfo.WriteDisposition;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.TableId;
import io.bigflow.workflow.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A dataset whose tables the jobs of a workflow make and fill. Immutable. Nothing is sent to
 * BigQuery before an operation runs; then the dataset is created if it is absent.
 *
 * <p>In SQL, <code>{ports}</code> is the full id of the table {@code ports}, to be written between
 * backticks. An alias that is not declared is an error where the operation is made, and so at the
 * build. Other braces stay as they are, and <code>{{ports}}</code> is <code>{ports}</code>. A table
 * name without a dataset means a table of this dataset.
 *
 * <pre>{@code
 * BigQueryDataset dataset =
 *     BigQueryDataset.of(context.config().get("bigquery.project"), "internationalports")
 *         .location("EU")
 *         .tables("ports", "polish_ports");
 * return Workflow.builder("internationalports")
 *     .sequence(
 *         Task.job("create_ports_table", dataset.createTable("CREATE TABLE IF NOT EXISTS ports ...")),
 *         Task.job(
 *             "select_polish_ports",
 *             dataset.writeTruncate(
 *                 "polish_ports", "SELECT * FROM `{ports}` WHERE country = 'POL'")))
 *     .build();
 * }</pre>
 */
public final class BigQueryDataset {

  /** Where an absent dataset is created if nobody says otherwise: as in Python BigFlow. */
  public static final String DEFAULT_LOCATION = "EU";

  private static final Pattern PROJECT = Pattern.compile("([a-z0-9.-]+:)?[a-z][a-z0-9-]*");
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final Pattern LOCATION = Pattern.compile("[A-Za-z]+[A-Za-z0-9-]*");
  private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,1023}");

  private final String project;
  private final String name;
  private final @Nullable String location;
  private final List<String> tables;

  private BigQueryDataset(
      String project, String name, @Nullable String location, List<String> tables) {
    this.project = project;
    this.name = name;
    this.location = location;
    this.tables = List.copyOf(tables);
  }

  /**
   * A dataset in the {@link #DEFAULT_LOCATION}, without declared tables.
   *
   * @param project the id of the project that holds the dataset and pays for the queries
   * @param name the dataset's name within the project
   * @throws ConfigurationException if BigQuery cannot have such a project or dataset
   */
  public static BigQueryDataset of(String project, String name) {
    return new BigQueryDataset(
        require(PROJECT, project, "id of a Google Cloud project", "my-project-dev"),
        require(DATASET, name, "name of a BigQuery dataset", "internationalports"),
        null,
        List.of());
  }

  /**
   * This dataset, to be created in another location. A dataset that exists stays where it is.
   *
   * @param region a region or multi-region, for example {@code EU} or {@code europe-west1}
   */
  public BigQueryDataset location(String region) {
    return new BigQueryDataset(
        project, name, require(LOCATION, region, "location of BigQuery", "europe-west1"), tables);
  }

  /**
   * This dataset with further tables that SQL may name as <code>{table}</code>.
   *
   * @param names letters, digits and {@code _}, not starting with a digit
   */
  public BigQueryDataset tables(String... names) {
    List<String> all = new ArrayList<>(tables);
    for (String table : names) {
      all.add(require(TABLE, table, "name of a table that SQL can refer to", "polish_ports"));
    }
    return new BigQueryDataset(project, name, location, all);
  }

  /** The id of the project. */
  public String project() {
    return project;
  }

  /** The name within the project. */
  public String name() {
    return name;
  }

  /** The declared tables, in the order of declaration. */
  public List<String> tables() {
    return tables;
  }

  /**
   * A job that creates a table.
   *
   * @param ddl a statement such as {@code CREATE TABLE IF NOT EXISTS ports (port_name STRING)}
   * @throws IllegalArgumentException if the statement names an unknown table in braces
   */
  public BigQueryOperation createTable(String ddl) {
    return operation("create a table in " + this, ddl, null);
  }

  /**
   * A job that replaces what a table holds by the result of a query. The table must exist when the
   * job runs.
   *
   * @param table one of the declared tables
   * @throws IllegalArgumentException if that table, or one that the query names in braces, is not
   *     declared
   */
  public BigQueryOperation writeTruncate(String table, String sql) {
    if (!tables.contains(table)) {
      throw new IllegalArgumentException(
          "Table '" + table + "' is not declared for dataset " + this + ". " + declared());
    }
    return operation("write table " + fullId(table), sql, table);
  }

  /**
   * A job that runs any statement or script, such as {@code INSERT} or {@code MERGE}, whose result
   * is not wanted.
   *
   * @throws IllegalArgumentException if the statement names an unknown table in braces
   */
  public BigQueryOperation execute(String sql) {
    return operation("run a statement in " + this, sql, null);
  }

  private BigQueryOperation operation(String purpose, String sql, @Nullable String destination) {
    Objects.requireNonNull(sql, "The SQL of an operation is null");
    QueryJobConfiguration.Builder query =
        QueryJobConfiguration.newBuilder(resolve(sql))
            .setUseLegacySql(false)
            .setDefaultDataset(id());
    if (destination != null) {
      query
          .setDestinationTable(TableId.of(project, name, destination))
          .setCreateDisposition(CreateDisposition.CREATE_NEVER)
          .setWriteDisposition(WriteDisposition.WRITE_TRUNCATE);
    }
    return new BigQueryOperation(this, purpose, query.build());
  }

  private String resolve(String sql) {
    Map<String, String> aliases = new TreeMap<>();
    tables.forEach(table -> aliases.put(table, fullId(table)));
    return SqlAliases.resolve(
        sql,
        aliases,
        unknown ->
            new IllegalArgumentException(
                "The SQL names {"
                    + unknown
                    + "}, which is not a declared table of dataset "
                    + this
                    + ". "
                    + declared()
                    + " To have these braces in the SQL itself, write {{"
                    + unknown
                    + "}}."));
  }

  private String declared() {
    return "Declared: "
        + (tables.isEmpty() ? "none" : String.join(", ", tables))
        + ". Declare it: BigQueryDataset.of(…).tables(…).";
  }

  private String fullId(String table) {
    return this + "." + table;
  }

  DatasetId id() {
    return DatasetId.of(project, name);
  }

  /** Where to create the dataset. */
  String locationOrDefault() {
    return location == null ? DEFAULT_LOCATION : location;
  }

  /** The full id of the dataset. */
  @Override
  public String toString() {
    return project + "." + name;
  }

  private static String require(Pattern form, String value, String what, String example) {
    if (!form.matcher(value).matches()) {
      throw new ConfigurationException(
          "'" + value + "' is not the " + what + ". One looks like " + example + ".");
    }
    return value;
  }
}
