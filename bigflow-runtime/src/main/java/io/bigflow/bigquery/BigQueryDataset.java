// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQuery.DatasetDeleteOption;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.FormatOptions;
import com.google.cloud.bigquery.JobInfo.CreateDisposition;
import com.google.cloud.bigquery.JobInfo.WriteDisposition;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.google.JobLabels;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A dataset whose tables the jobs of a workflow make, fill and read. Immutable. Nothing is sent to
 * BigQuery before an operation runs; then the dataset is created if it is absent.
 *
 * <p>In SQL, <code>{ports}</code> is the full id of the table {@code ports}, to be written between
 * backticks, and <code>{dt}</code> is the runtime in UTC, such as {@code 2026-01-01 00:00:00}. An
 * alias that is not declared is an error where the operation is made, and so at the build. Other
 * braces stay as they are, and <code>{{ports}}</code> is <code>{ports}</code>. A table name without
 * a dataset means a table of this dataset. Values belong into query parameters ({@link
 * BigQueryStatement#parameter}).
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

  private static final String PROJECT_IS = "id of a Google Cloud project";
  private static final String PROJECT_LIKE = "my-project-dev";

  private static final Pattern PROJECT = Pattern.compile("([a-z0-9.-]+:)?[a-z][a-z0-9-]*");
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final Pattern LOCATION = Pattern.compile("[A-Za-z]+[A-Za-z0-9-]*");
  private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,1023}");
  private static final Pattern COLUMN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,299}");
  private static final Pattern TABLE_ID =
      Pattern.compile("([a-z0-9.-]+:)?[a-z][a-z0-9-]*\\.[A-Za-z0-9_]+\\.[\\p{L}\\p{M}\\p{N}_ -]+");
  // https://cloud.google.com/bigquery/docs/labels-intro#requirements
  private static final Pattern LABEL_KEY =
      Pattern.compile("[\\p{Ll}\\p{Lo}][\\p{Ll}\\p{Lo}\\p{N}_-]{0,62}");
  private static final Pattern LABEL_VALUE = Pattern.compile("[\\p{Ll}\\p{Lo}\\p{N}_-]{0,63}");

  private final String project;
  private final String name;
  private final Settings settings;

  private BigQueryDataset(String project, String name, Settings settings) {
    this.project = project;
    this.name = name;
    this.settings = settings;
  }

  /** All that has a default. Changed only between its making and that of its dataset. */
  private static final class Settings {
    private @Nullable String location;
    private List<String> tables = List.of();
    private Map<String, String> externalTables = Map.of();
    private Map<String, String> labels = Map.of();
    private Map<String, Map<String, String>> tableLabels = Map.of();
    private Map<String, String> jobLabels = Map.of();
    private @Nullable Impersonation impersonation;
    private Execution execution = Execution.POD;

    Settings copy() {
      Settings copy = new Settings();
      copy.location = location;
      copy.tables = tables;
      copy.externalTables = externalTables;
      copy.labels = labels;
      copy.tableLabels = tableLabels;
      copy.jobLabels = jobLabels;
      copy.impersonation = impersonation;
      copy.execution = execution;
      return copy;
    }
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
        require(PROJECT, project, PROJECT_IS, PROJECT_LIKE),
        require(DATASET, name, "name of a BigQuery dataset", "internationalports"),
        new Settings());
  }

  /**
   * A dataset as job configuration describes it, so that each environment has its own.
   *
   * <table>
   * <caption>Keys, after the prefix and a point</caption>
   * <tr><td>{@code project}</td><td>required</td></tr>
   * <tr><td>{@code dataset}</td><td>required: the name</td></tr>
   * <tr><td>{@code location}</td><td>{@link #location}</td></tr>
   * <tr><td>{@code tables}</td><td>names with commas between them</td></tr>
   * <tr><td>{@code externalTables}</td><td>{@code alias=project.dataset.table}, with commas
   * between them</td></tr>
   * <tr><td>{@code labels}, {@code jobLabels}</td><td>{@code key=value}, with commas between
   * them</td></tr>
   * <tr><td>{@code tableLabels.TABLE}</td><td>the same for a declared table</td></tr>
   * <tr><td>{@code impersonateServiceAccount}</td><td>{@link #impersonateServiceAccount}</td></tr>
   * <tr><td>{@code execution}</td><td>{@code pod} or {@code operator}: {@link #execution}</td></tr>
   * </table>
   *
   * @param prefix for example {@code ports}, for keys such as {@code ports.dataset}
   * @throws ConfigurationException if a required key is missing, or a value is wrong
   */
  public static BigQueryDataset of(JobConfig config, String prefix) {
    String project = config.get(prefix + ".project");
    String name = config.get(prefix + ".dataset");
    keyed(prefix + ".project", () -> require(PROJECT, project, PROJECT_IS, PROJECT_LIKE));
    BigQueryDataset dataset = keyed(prefix + ".dataset", () -> of(project, name));
    dataset = dataset.configured(config, prefix + ".location", BigQueryDataset::location);
    dataset =
        dataset.configured(
            config,
            prefix + ".tables",
            (made, tables) -> made.tables(elements(tables).toArray(String[]::new)));
    dataset =
        dataset.configured(
            config,
            prefix + ".externalTables",
            (made, tables) -> {
              BigQueryDataset all = made;
              for (Map.Entry<String, String> table : pairs(tables).entrySet()) {
                all = all.externalTable(table.getKey(), table.getValue());
              }
              return all;
            });
    dataset =
        dataset.configured(config, prefix + ".labels", (made, text) -> made.labels(pairs(text)));
    dataset =
        dataset.configured(
            config, prefix + ".jobLabels", (made, text) -> made.jobLabels(pairs(text)));
    for (String table : dataset.tables()) {
      dataset =
          dataset.configured(
              config,
              prefix + ".tableLabels." + table,
              (made, text) -> made.tableLabels(table, pairs(text)));
    }
    dataset =
        dataset.configured(
            config, prefix + ".execution", (made, text) -> made.execution(requireExecution(text)));
    Optional<Impersonation> account =
        config.find(prefix + ".impersonateServiceAccount", Impersonation.class);
    return account.isPresent() ? dataset.actingAs(account.get()) : dataset;
  }

  private BigQueryDataset configured(
      JobConfig config, String key, BiFunction<BigQueryDataset, String, BigQueryDataset> setting) {
    Optional<String> text = config.find(key);
    return text.isPresent() ? keyed(key, () -> setting.apply(this, text.get())) : this;
  }

  private static <T> T keyed(String key, Supplier<T> setting) {
    try {
      return setting.get();
    } catch (ConfigurationException e) {
      throw new ConfigurationException(
          "Configuration key '" + key + "' has a wrong value: " + e.getMessage(), e);
    }
  }

  private static List<String> elements(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).toList();
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : elements(text)) {
      int middle = pair.indexOf('=');
      if (middle < 0) {
        throw new ConfigurationException(
            "'" + pair + "' has no '='. Write key=value, with commas between several of them.");
      }
      String key = pair.substring(0, middle).strip();
      if (pairs.put(key, pair.substring(middle + 1).strip()) != null) {
        throw new ConfigurationException("'" + key + "' stands there twice.");
      }
    }
    return pairs;
  }

  /**
   * This dataset, to be created in another location. A dataset that exists stays where it is.
   *
   * @param region a region or multi-region, for example {@code EU} or {@code europe-west1}
   */
  public BigQueryDataset location(String region) {
    return with(
        copy -> copy.location = require(LOCATION, region, "location of BigQuery", "europe-west1"));
  }

  /**
   * This dataset with further tables that SQL may name as <code>{table}</code>.
   *
   * @param names letters, digits and {@code _}, not starting with a digit
   */
  public BigQueryDataset tables(String... names) {
    List<String> all = new ArrayList<>(settings.tables);
    for (String table : names) {
      all.add(alias(table, "name of a table that SQL can refer to", "polish_ports"));
      requireOneMeaning(settings.externalTables.containsKey(table), table);
    }
    return with(copy -> copy.tables = List.copyOf(all));
  }

  /**
   * This dataset with a table of somebody else that SQL may name as <code>{alias}</code>.
   *
   * @param id the full id, {@code project.dataset.table}
   */
  public BigQueryDataset externalTable(String alias, String id) {
    Map<String, String> all = new LinkedHashMap<>(settings.externalTables);
    all.put(
        alias(alias, "alias of a table", "offers"),
        require(TABLE_ID, id, "full id of a table", "other-project.scorer.offers"));
    requireOneMeaning(settings.tables.contains(alias), alias);
    return with(copy -> copy.externalTables = Map.copyOf(all));
  }

  /** This dataset, to be labelled so; labels that others have set stay. */
  public BigQueryDataset labels(Map<String, String> labels) {
    return with(copy -> copy.labels = requireLabels(labels));
  }

  /**
   * This dataset, with a declared table that is to be labelled so, after each write of any table.
   *
   * @throws IllegalArgumentException if the table is not declared
   */
  public BigQueryDataset tableLabels(String table, Map<String, String> labels) {
    Map<String, Map<String, String>> all = new LinkedHashMap<>(settings.tableLabels);
    all.put(requireDeclared(table), requireLabels(labels));
    return with(copy -> copy.tableLabels = Map.copyOf(all));
  }

  /**
   * This dataset, whose queries and loads are labelled so, besides {@code bigflow-workflow}, {@code
   * bigflow-job} and {@code bigflow-env}, which they have always.
   */
  public BigQueryDataset jobLabels(Map<String, String> labels) {
    return with(copy -> copy.jobLabels = requireLabels(labels));
  }

  /**
   * This dataset, worked with as another service account than the job's.
   *
   * @param accounts the delegates, if any, then the account to act as
   * @throws ConfigurationException if one is not a service account
   */
  public BigQueryDataset impersonateServiceAccount(String... accounts) {
    return actingAs(Impersonation.of(List.of(accounts)));
  }

  /**
   * This dataset, whose operations are run so. With {@link Execution#OPERATOR} those that an
   * operator of Airflow can run need no pod: statements and queries that write, loads from Cloud
   * Storage, and sensors for a table or a partition. The result is the same table. All others run
   * in pods, as do all without a word about it.
   *
   * <p>An operator neither creates the dataset nor labels dataset and tables, so an operation that
   * runs in a pod, or somebody else, has to do that before. It works in the {@link #location} that
   * is stated here.
   */
  public BigQueryDataset execution(Execution means) {
    Objects.requireNonNull(means, "The execution of a dataset's operations is null");
    return with(copy -> copy.execution = means);
  }

  private static Execution requireExecution(String text) {
    for (Execution means : Execution.values()) {
      if (means.name().equalsIgnoreCase(text)) {
        return means;
      }
    }
    throw new ConfigurationException("'" + text + "' is neither 'pod' nor 'operator'.");
  }

  private BigQueryDataset actingAs(Impersonation impersonation) {
    return with(copy -> copy.impersonation = impersonation);
  }

  private BigQueryDataset with(Consumer<Settings> change) {
    Settings copy = settings.copy();
    change.accept(copy);
    return new BigQueryDataset(project, name, copy);
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
    return settings.tables;
  }

  /**
   * A job that creates a table.
   *
   * @param ddl a statement such as {@code CREATE TABLE IF NOT EXISTS ports (port_name STRING)}
   * @throws IllegalArgumentException if the statement names an unknown table in braces
   */
  public BigQueryStatement createTable(String ddl) {
    return statement("create a table in " + this, ddl, null);
  }

  /**
   * A job that creates a declared table unless it is there. It results in whether it was created,
   * and fails if the table is there with other columns.
   *
   * @throws IllegalArgumentException if the table is not declared
   */
  public BigQueryOperation<Boolean> createTable(String table, TableSchema schema) {
    requireDeclared(table);
    String purpose = "create table " + fullId(table);
    return new BigQueryAction<>(
        this, purpose, session -> session.call(purpose, () -> create(session, table, schema)));
  }

  private boolean create(BigQuerySession session, String table, TableSchema schema) {
    session.ensureDataset();
    TableId id = session.tableId(table);
    Table present = session.client().getTable(id);
    if (present == null) {
      try {
        session.client().create(TableInfo.of(id, schema.definition()));
        session.labelTables();
        return true;
      } catch (BigQueryException e) {
        // Another job of the run may have been faster, or an answer was lost.
        present =
            e.getCode() == HttpURLConnection.HTTP_CONFLICT ? session.client().getTable(id) : null;
        if (present == null) {
          throw e;
        }
      }
    }
    List<String> differences = schema.missingIn(present.getDefinition().getSchema());
    if (!differences.isEmpty()) {
      throw new ConfigurationException(
          "Table "
              + fullId(table)
              + " is there with other columns: "
              + String.join("; ", differences)
              + ". Change the table (ALTER TABLE), or the schema.");
    }
    session.labelTables();
    return false;
  }

  /**
   * A job that replaces what a table holds by the result of a query; with {@link
   * BigQueryStatement#partition} only what one of its partitions holds. The table must exist when
   * the job runs.
   *
   * @param table one of the declared tables
   * @throws IllegalArgumentException if that table, or one that the query names in braces, is not
   *     declared
   */
  public BigQueryStatement writeTruncate(String table, String sql) {
    return write(table, sql, CreateDisposition.CREATE_NEVER, WriteDisposition.WRITE_TRUNCATE);
  }

  /**
   * A job that appends the result of a query to a table, or to one of its partitions. The table
   * must exist when the job runs. However often the job is tried, one run appends once.
   *
   * @param table one of the declared tables
   * @throws IllegalArgumentException as {@link #writeTruncate} does
   */
  public BigQueryStatement writeAppend(String table, String sql) {
    return write(table, sql, CreateDisposition.CREATE_NEVER, WriteDisposition.WRITE_APPEND);
  }

  /**
   * A job that makes or replaces a table, with the columns of the query's result. For looking at
   * things: a workflow is better off with tables whose columns are declared.
   *
   * @param table one of the declared tables
   * @throws IllegalArgumentException as {@link #writeTruncate} does
   * @see BigQueryStatement#expiresAfter
   */
  public BigQueryStatement writeTemporary(String table, String sql) {
    return write(table, sql, CreateDisposition.CREATE_IF_NEEDED, WriteDisposition.WRITE_TRUNCATE);
  }

  private BigQueryStatement write(
      String table, String sql, CreateDisposition create, WriteDisposition write) {
    return statement(
        "write table " + fullId(requireDeclared(table)),
        sql,
        new Query.Target(table, create, write, null));
  }

  /**
   * A job that runs any statement or script, such as {@code INSERT} or {@code MERGE}, whose result
   * is not wanted.
   *
   * @throws IllegalArgumentException if the statement names an unknown table in braces
   */
  public BigQueryStatement execute(String sql) {
    return statement("run a statement in " + this, sql, null);
  }

  /**
   * A query whose rows come to Java.
   *
   * @throws IllegalArgumentException if the query names an unknown table in braces
   */
  public BigQueryCollect collect(String sql) {
    return new BigQueryCollect(this, "collect rows from " + this, query(sql, null));
  }

  /**
   * What a query would read.
   *
   * @throws IllegalArgumentException if the query names an unknown table in braces
   */
  public BigQueryOperation<BigQueryEstimate> dryRun(String sql) {
    return collect(sql).dryRun();
  }

  /**
   * A job that loads objects of Java into a table, a row each: records, maps, or what else Jackson
   * can write. The component {@code portName} goes into the column {@code port_name}.
   *
   * @param table one of the declared tables
   * @throws IllegalArgumentException if the table is not declared
   */
  public BigQueryLoad insert(String table, Iterable<?> rows) {
    Objects.requireNonNull(rows, "The rows to insert are null");
    return loading(table, FormatOptions.json(), new LoadSource.Rows(rows));
  }

  /**
   * A job that loads files into a table.
   *
   * @param table one of the declared tables
   * @param format for example {@code FormatOptions.json()} (a row a line), {@code
   *     FormatOptions.parquet()}, {@code FormatOptions.avro()}, or {@code
   *     CsvOptions.newBuilder().setSkipLeadingRows(1).build()}
   * @param sources objects in Cloud Storage such as {@code gs://bucket/ports/*.json}; or one file
   *     on the class path ({@code classpath:ports.csv}); or the path of one local file
   * @throws IllegalArgumentException if the table is not declared, or several sources are not all
   *     in Cloud Storage
   */
  public BigQueryLoad load(String table, FormatOptions format, String... sources) {
    List<String> all = List.of(sources);
    if (!all.isEmpty() && all.stream().allMatch(source -> source.startsWith(LoadSource.STORAGE))) {
      return loading(table, format, new LoadSource.Objects(all));
    }
    if (all.size() != 1) {
      throw new IllegalArgumentException(
          "Cannot load "
              + all
              + ": give objects in Cloud Storage (gs://…), or exactly one other file.");
    }
    String source = all.get(0);
    return loading(
        table,
        format,
        source.startsWith(LoadSource.CLASSPATH)
            ? new LoadSource.Resource(source.substring(LoadSource.CLASSPATH.length()))
            : new LoadSource.LocalFile(Path.of(source)));
  }

  private BigQueryLoad loading(String table, FormatOptions format, LoadSource source) {
    requireDeclared(table);
    return new BigQueryLoad(this, "load table " + fullId(table), table, format, source);
  }

  /** Whether a table is there. */
  public BigQueryOperation<Boolean> tableExists(String table) {
    requireDeclared(table);
    String purpose = "look for table " + fullId(table);
    return new BigQueryAction<>(
        this,
        purpose,
        session ->
            session.call(purpose, () -> session.client().getTable(session.tableId(table)) != null));
  }

  /**
   * A job that removes the dataset with all tables in it. It results in whether there was one.
   * Nobody can bring it back after the time travel window of BigQuery.
   */
  public BigQueryOperation<Boolean> deleteDataset() {
    String purpose = "delete dataset " + this;
    return new BigQueryAction<>(
        this,
        purpose,
        session ->
            session.call(
                purpose,
                () -> session.client().delete(id(), DatasetDeleteOption.deleteContents())));
  }

  /**
   * A job that waits until a table is there.
   *
   * @throws IllegalArgumentException if the table is not declared
   */
  public BigQuerySensor waitForTable(String table) {
    requireDeclared(table);
    return new BigQuerySensor(
        this,
        "wait for table " + fullId(table),
        session ->
            session.call(
                "look for table " + fullId(table),
                () -> session.client().getTable(session.tableId(table)) != null),
        (dataset, context, interval, timeout) ->
            JobOperators.tableSensor(dataset, context, table, interval, timeout));
  }

  /**
   * A job that waits until the partition that the runtime belongs to has rows.
   *
   * @param length the length of the table's partitions
   * @throws IllegalArgumentException if the table is not declared
   */
  public BigQuerySensor waitForPartition(String table, TimePartitioning.Type length) {
    requireDeclared(table);
    return new BigQuerySensor(
        this,
        "wait for a partition of table " + fullId(table),
        session -> {
          String partition = Partitions.decorated(table, length, session.context().runtime());
          return session.call(
              "look for " + fullId(partition),
              () -> hasRows(session.client().getTable(session.tableId(partition))));
        },
        (dataset, context, interval, timeout) ->
            JobOperators.partitionSensor(
                dataset, context, table, Partitions.template(length), interval, timeout));
  }

  private static boolean hasRows(@Nullable Table table) {
    return table != null
        && table.getDefinition() instanceof StandardTableDefinition definition
        && definition.getNumRows() != null
        && definition.getNumRows() > 0;
  }

  /**
   * A job that waits until a table has a row that meets a condition.
   *
   * @param alias a declared table, internal or external
   * @param where a condition of SQL such as <code>date(arrived_at) = date('{dt}')</code>
   * @throws IllegalArgumentException if a table is not declared
   */
  public BigQuerySensor waitForRows(String alias, String where) {
    return waitUntil(
        "wait for rows of " + alias + " in " + this,
        "SELECT EXISTS (SELECT 1 FROM `{" + alias + "}` WHERE " + where + ")");
  }

  /**
   * A job that waits until a query says so.
   *
   * @param sql a query with one column of type BOOL and one row
   * @throws IllegalArgumentException if a table is not declared
   */
  public BigQuerySensor waitUntil(String sql) {
    return waitUntil("wait for a condition in " + this, sql);
  }

  private BigQuerySensor waitUntil(String purpose, String sql) {
    Query query = query(sql, null);
    return new BigQuerySensor(
        this,
        purpose,
        session -> {
          List<Map<String, @Nullable Object>> rows =
              BigQueryRows.look(session, purpose, query).limit(2).toList();
          if (rows.size() != 1
              || rows.get(0).size() != 1
              || !(rows.get(0).values().iterator().next() instanceof Boolean holds)) {
            throw new ConfigurationException(
                "Cannot "
                    + purpose
                    + ": its query must have one row with one column of type BOOL that is not NULL,"
                    + " but has "
                    + (rows.isEmpty()
                        ? "no row."
                        : (rows.size() > 1 ? "several rows" : "a row")
                            + " with "
                            + String.join(", ", rows.get(0).keySet())
                            + "."));
          }
          return holds;
        });
  }

  /**
   * A job that fails if a table is late: if its newest row is older than it may be.
   *
   * @param alias a declared table, internal or external
   * @param column of type TIMESTAMP, DATETIME or DATE (both in UTC)
   * @param most how old the newest row may be, by BigQuery's clock
   * @throws IllegalArgumentException if the table is not declared, or the column cannot be one
   */
  public BigQueryOperation<Instant> requireFresh(String alias, String column, Duration most) {
    if (!COLUMN.matcher(column).matches()) {
      throw new IllegalArgumentException("'" + column + "' is not the name of a column.");
    }
    String purpose = "find fresh rows of " + alias + " in " + this;
    Query query =
        query(
            "SELECT CAST(MAX(`"
                + column
                + "`) AS TIMESTAMP) AS newest, CURRENT_TIMESTAMP() AS now FROM `{"
                + alias
                + "}`",
            null);
    return new BigQueryAction<>(
        this,
        purpose,
        session -> {
          Map<String, @Nullable Object> row =
              BigQueryRows.look(session, purpose, query).toList().get(0);
          if (!(row.get("newest") instanceof Instant time)
              || !(row.get("now") instanceof Instant now)) {
            throw new BigQueryJobException("Cannot " + purpose + ": there is no row at all.");
          }
          Duration age = Duration.between(time, now);
          if (age.compareTo(most) > 0) {
            throw new BigQueryJobException(
                "Cannot "
                    + purpose
                    + ": the newest has "
                    + column
                    + " = "
                    + time
                    + ", which is "
                    + inWords(age)
                    + " ago; "
                    + inWords(most)
                    + " are allowed.");
          }
          return time;
        });
  }

  private static String inWords(Duration time) {
    return time.toDays() >= 3
        ? time.toDays() + " days"
        : time.toHours() >= 3 ? time.toHours() + " hours" : time.toMinutes() + " minutes";
  }

  private BigQueryStatement statement(String purpose, String sql, Query.@Nullable Target target) {
    return new BigQueryStatement(this, purpose, query(sql, target));
  }

  private Query query(String sql, Query.@Nullable Target target) {
    Objects.requireNonNull(sql, "The SQL of an operation is null");
    Map<String, String> aliases = new LinkedHashMap<>();
    settings.tables.forEach(table -> aliases.put(table, fullId(table)));
    aliases.putAll(new TreeMap<>(settings.externalTables));
    return Query.of(
        SqlTemplate.of(
            sql,
            aliases,
            unknown ->
                new IllegalArgumentException(
                    "The SQL names {"
                        + unknown
                        + "}, which is not a declared table of dataset "
                        + this
                        + ". "
                        + declared(aliases)
                        + " To have these braces in the SQL itself, write {{"
                        + unknown
                        + "}}.")),
        target);
  }

  private String requireDeclared(String table) {
    if (!settings.tables.contains(table)) {
      throw new IllegalArgumentException(
          "Table '"
              + table
              + "' is not declared for dataset "
              + this
              + ". "
              + "Declared: "
              + (settings.tables.isEmpty() ? "none" : String.join(", ", settings.tables))
              + ". Declare it: BigQueryDataset.of(…).tables(…).");
    }
    return table;
  }

  private static String declared(Map<String, String> aliases) {
    return "Declared: "
        + (aliases.isEmpty() ? "none" : String.join(", ", aliases.keySet()))
        + ". Declare it: BigQueryDataset.of(…).tables(…), or .externalTable(…) if it is not of this"
        + " dataset.";
  }

  String fullId(String table) {
    return this + "." + table;
  }

  DatasetId id() {
    return DatasetId.of(project, name);
  }

  /** Where to create the dataset. */
  String locationOrDefault() {
    return settings.location == null ? DEFAULT_LOCATION : settings.location;
  }

  Execution execution() {
    return settings.execution;
  }

  /** How many tables SQL can name, at least one. */
  int namedTables() {
    return Math.max(1, settings.tables.size() + settings.externalTables.size());
  }

  Map<String, String> labels() {
    return settings.labels;
  }

  Map<String, Map<String, String>> tableLabels() {
    return settings.tableLabels;
  }

  Map<String, String> labelsOf(JobContext context) {
    return JobLabels.of(settings.jobLabels, context);
  }

  Map<String, String> jobLabels() {
    return settings.jobLabels;
  }

  Optional<Impersonation> impersonation() {
    return Optional.ofNullable(settings.impersonation);
  }

  /** The full id of the dataset. */
  @Override
  public String toString() {
    return project + "." + name;
  }

  private String alias(String value, String what, String example) {
    if (value.equals(SqlTemplate.RUNTIME)) {
      throw new ConfigurationException(
          "A table cannot be called 'dt' here: in SQL, {dt} is the runtime. Declare it as an external"
              + " table with another alias.");
    }
    return require(TABLE, value, what, example);
  }

  private static void requireOneMeaning(boolean isTaken, String alias) {
    if (isTaken) {
      throw new ConfigurationException(
          "{"
              + alias
              + "} would be both a table of this dataset and an external one. Give the external one"
              + " another alias.");
    }
  }

  private static Map<String, String> requireLabels(Map<String, String> labels) {
    labels.forEach(
        (key, value) -> {
          require(LABEL_KEY, key, "key of a label", "cost-center");
          require(LABEL_VALUE, value, "value of a label (lower case, at most 63)", "data_platform");
        });
    return Map.copyOf(labels);
  }

  private static String require(Pattern form, String value, String what, String example) {
    if (!form.matcher(value).matches()) {
      throw new ConfigurationException(
          "'" + value + "' is not the " + what + ". One looks like " + example + ".");
    }
    return value;
  }
}
