// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQuery.QueryResultsOption;
import com.google.cloud.bigquery.BigQuery.TableDataListOption;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.FieldValue;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.Job;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableResult;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query. They are fetched page by page while they are read, so a result of any size
 * can be gone through; each {@link #stream()}, {@link #iterator()} and {@link #as} begins anew.
 *
 * <p>A row is a map in the order of the columns. The values are those types of Java:
 *
 * <table>
 * <caption>Types</caption>
 * <tr><th>BigQuery</th><th>Java</th></tr>
 * <tr><td>STRING, JSON, GEOGRAPHY, INTERVAL, RANGE</td><td>{@link String}</td></tr>
 * <tr><td>INT64</td><td>{@link Long}</td></tr>
 * <tr><td>FLOAT64</td><td>{@link Double}</td></tr>
 * <tr><td>NUMERIC, BIGNUMERIC</td><td>{@link java.math.BigDecimal}</td></tr>
 * <tr><td>BOOL</td><td>{@link Boolean}</td></tr>
 * <tr><td>BYTES</td><td>{@code byte[]}</td></tr>
 * <tr><td>TIMESTAMP</td><td>{@link Instant}</td></tr>
 * <tr><td>DATE, TIME, DATETIME</td><td>{@link LocalDate}, {@link LocalTime}, {@link
 * LocalDateTime}</td></tr>
 * <tr><td>ARRAY</td><td>{@link List}</td></tr>
 * <tr><td>STRUCT</td><td>{@link Map}</td></tr>
 * </table>
 */
public final class BigQueryRows implements Iterable<Map<String, @Nullable Object>> {

  /** So many rows are in memory at a time; BigQuery itself ends a page at 10 MB. */
  private static final long PAGE = 10_000;

  private static final ObjectMapper ROWS = RowMapper.create();

  private final BigQuery client;
  private final Job job;
  private final String purpose;
  private final long most;

  private BigQueryRows(BigQuery client, Job job, String purpose, long most) {
    this.client = client;
    this.job = job;
    this.purpose = purpose;
    this.most = most;
  }

  /** Runs a query. */
  static BigQueryRows of(BigQuerySession session, String purpose, Query query)
      throws BigQueryJobException, InterruptedException {
    return new BigQueryRows(session.client(), query.run(session, purpose), purpose, Long.MAX_VALUE);
  }

  /** Runs a query that is run again and again. */
  static BigQueryRows look(BigQuerySession session, String purpose, Query query)
      throws BigQueryJobException, InterruptedException {
    return new BigQueryRows(
        session.client(), query.run(session, purpose, JobRun.Repeat.ANEW), purpose, Long.MAX_VALUE);
  }

  /**
   * The first rows.
   *
   * @param rows how many at most
   */
  BigQueryRows limit(long rows) {
    return new BigQueryRows(client, job, purpose, rows);
  }

  /**
   * How many rows there are.
   *
   * @throws BigQueryFailure if BigQuery cannot be asked
   */
  public long count() {
    return fetch(1).getTotalRows();
  }

  /** The rows, one after the other. */
  @Override
  public Iterator<Map<String, @Nullable Object>> iterator() {
    return stream().iterator();
  }

  /**
   * The rows.
   *
   * @throws BigQueryFailure if BigQuery cannot be asked, also while the stream is read
   */
  public Stream<Map<String, @Nullable Object>> stream() {
    Pages rows = new Pages(fetch(Math.min(PAGE, most)));
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(rows, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .limit(most);
  }

  /** All rows at once, for results that are known to be small. */
  public List<Map<String, @Nullable Object>> toList() {
    return stream().toList();
  }

  /**
   * The rows as records (or other classes that Jackson can make). The component {@code portName}
   * takes the column {@code port_name}; another column is named by {@code @JsonProperty}. Columns
   * that the type has no component for are left out.
   *
   * @throws BigQueryFailure if a row does not fit the type, while the stream is read
   */
  public <T> Stream<T> as(Class<T> type) {
    return stream().map(row -> convert(row, type));
  }

  private <T> T convert(Map<String, @Nullable Object> row, Class<T> type) {
    try {
      return ROWS.convertValue(row, type);
    } catch (IllegalArgumentException e) {
      throw new BigQueryFailure(
          "A row does not fit "
              + type.getName()
              + " ("
              + purpose
              + "): "
              + misfit(e)
              + " Its columns: "
              + String.join(", ", row.keySet())
              + ".",
          e);
    }
  }

  private static String misfit(IllegalArgumentException e) {
    String text = firstLine(e);
    String path =
        e.getCause() instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[]" : part.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[]", "[]")
            : "";
    if (text.startsWith("Cannot map `null` into type")) {
      // The rest of the text is about settings of Jackson.
      return "Column "
          + path
          + " is NULL, which "
          + text.replaceFirst("^[^`]*`null` into type `([^`]*)`.*$", "$1")
          + " cannot hold.";
    }
    if (text.startsWith("Missing ") && text.contains("creator property '")) {
      return "Column " + path + " is missing.";
    }
    return (path.isEmpty() ? "" : "column " + path + ": ") + text;
  }

  private static String firstLine(Exception e) {
    return Objects.toString(e.getMessage(), e.toString()).lines().findFirst().orElse("");
  }

  private TableResult fetch(long page) {
    return guarded(
        () -> {
          try {
            return job.getQueryResults(QueryResultsOption.pageSize(page));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BigQueryFailure("Reading rows was interrupted (" + purpose + ")", e);
          }
        });
  }

  private <T> T guarded(BigQuerySession.Call<T> call) {
    try {
      return call.make();
    } catch (BigQueryException e) {
      throw new BigQueryFailure(
          BigQueryMessages.text(
              "read the rows of: " + purpose,
              null,
              job.getJobId(),
              e.getError(),
              e.getMessage(),
              List.of()),
          e);
    }
  }

  /**
   * The rows from the first page on. The client would forget the size of the page after the first
   * one.
   */
  private final class Pages implements Iterator<Map<String, @Nullable Object>> {
    private final @Nullable Schema schema;
    private final FieldList fields;
    private Iterator<FieldValueList> page;
    private @Nullable String next;

    Pages(TableResult first) {
      schema = first.getSchema();
      fields = schema == null ? FieldList.of() : schema.getFields();
      page = first.getValues().iterator();
      next = first.getNextPageToken();
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && next != null && !next.isEmpty()) {
        String token = next;
        TableResult result =
            guarded(
                () ->
                    client.listTableData(
                        table(),
                        schema,
                        TableDataListOption.pageSize(PAGE),
                        TableDataListOption.pageToken(token)));
        page = result.getValues().iterator();
        next = result.getNextPageToken();
      }
      return page.hasNext();
    }

    @Override
    public Map<String, @Nullable Object> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return row(fields, page.next());
    }
  }

  private TableId table() {
    QueryJobConfiguration configuration = job.getConfiguration();
    return configuration.getDestinationTable();
  }

  private static Map<String, @Nullable Object> row(FieldList fields, List<FieldValue> values) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      row.put(field.getName(), value(field, values.get(i)));
    }
    return Collections.unmodifiableMap(row);
  }

  private static @Nullable Object value(Field field, FieldValue value) {
    if (value.isNull()) {
      return null;
    }
    if (value.getAttribute() == FieldValue.Attribute.REPEATED) {
      List<@Nullable Object> elements = new ArrayList<>();
      for (FieldValue element : value.getRepeatedValue()) {
        elements.add(value(field, element));
      }
      return Collections.unmodifiableList(elements);
    }
    @Nullable StandardSQLTypeName type = field.getType().getStandardType();
    if (type == null) {
      // A type that is newer than the client.
      return String.valueOf(value.getValue());
    }
    return switch (type) {
      case INT64 -> value.getLongValue();
      case FLOAT64 -> value.getDoubleValue();
      case NUMERIC, BIGNUMERIC -> value.getNumericValue();
      case BOOL -> value.getBooleanValue();
      case BYTES -> value.getBytesValue();
      case TIMESTAMP -> Instant.EPOCH.plus(value.getTimestampValue(), ChronoUnit.MICROS);
      case DATE -> LocalDate.parse(value.getStringValue());
      case TIME -> LocalTime.parse(value.getStringValue());
      case DATETIME -> LocalDateTime.parse(value.getStringValue().replace(' ', 'T'));
      case STRUCT -> row(field.getSubFields(), value.getRecordValue());
      default -> String.valueOf(value.getValue());
    };
  }

  /** The purpose, not the rows: they may be many, or secret. */
  @Override
  public String toString() {
    return "rows of: " + purpose;
  }
}
