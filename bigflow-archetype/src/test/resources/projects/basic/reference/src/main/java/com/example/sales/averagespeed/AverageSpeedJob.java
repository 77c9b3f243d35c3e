package com.example.sales.averagespeed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Spark job: reads taxi trips as lines of JSON, adds the average speed in kilometres per hour,
 * and writes them as CSV files with a header, which BigQuery can load.
 *
 * <p>Arguments, each with its value behind it:
 *
 * <ul>
 *   <li>{@code --input}: a file or folder with lines such as <code>
 *       {"trip_id": "t1", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:30:00Z",
 *       "distance_km": 12.5}</code>. A time without an offset is in UTC. Blank lines are passed
 *       over.
 *   <li>{@code --output}: the folder for the CSV files; what is in it is replaced, so that the job
 *       may be tried again.
 *   <li>{@code --rejected}: the folder for what is no good trip, as lines of JSON with the {@code
 *       reason} and the {@code record} as it was read; replaced too. Default: the output's name
 *       with {@code -rejected} behind it.
 *   <li>{@code --pass-through}: further fields to take over, separated by commas. Default: none.
 * </ul>
 *
 * <p>A trip is rejected if its line is no JSON object, if a field is missing or has another type,
 * if its distance is negative, or if it does not end after it started: then it has no speed.
 * Without any trip the output is one file that holds nothing but the header. An input path that
 * does not exist fails the job.
 *
 * <p>It runs on a Dataproc cluster, not in the image: Spark is there already.
 */
public final class AverageSpeedJob {
  private static final Logger LOG = LoggerFactory.getLogger(AverageSpeedJob.class);
  private static final String REASON = "reason";
  private static final String RECORD = "record";

  private AverageSpeedJob() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, String> options = options(arguments);
    String output = required(options, "--output").replaceFirst("/+$", "");
    try (SparkSession spark = SparkSession.builder().appName("average-speed").getOrCreate()) {
      run(
          spark,
          required(options, "--input"),
          output,
          options.getOrDefault("--rejected", output + "-rejected"),
          fields(options.getOrDefault("--pass-through", "")));
    }
  }

  /** Does the work in a session that the caller opens and closes. */
  static void run(
      SparkSession spark, String input, String output, String rejected, List<String> passThrough) {
    Dataset<Row> trips =
        spark
            .read()
            .textFile(input)
            .flatMap(
                (FlatMapFunction<String, Row>) line -> rows(line, passThrough).iterator(),
                Encoders.row(schema(passThrough)))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> good = trips.where(functions.col(REASON).isNull()).drop(REASON, RECORD);
    Dataset<Row> bad = trips.where(functions.col(REASON).isNotNull()).select(REASON, RECORD);
    // Quotes are doubled, as BigQuery and RFC 4180 want them.
    good.write().mode(SaveMode.Overwrite).option("header", true).option("escape", "\"").csv(output);
    bad.write().mode(SaveMode.Overwrite).json(rejected);
    LOG.info(
        "Wrote {} trips to {} and {} rejected records to {}",
        good.count(),
        output,
        bad.count(),
        rejected);
    trips.unpersist();
  }

  private static StructType schema(List<String> passThrough) {
    StructType schema =
        new StructType()
            .add("trip_id", DataTypes.StringType)
            .add("started_at", DataTypes.StringType)
            .add("ended_at", DataTypes.StringType)
            .add("distance_km", DataTypes.DoubleType);
    for (String field : passThrough) {
      schema = schema.add(field, DataTypes.StringType);
    }
    return schema
        .add("average_speed", DataTypes.DoubleType)
        .add(REASON, DataTypes.StringType)
        .add(RECORD, DataTypes.StringType);
  }

  /** No row for a blank line, else one. */
  private static List<Row> rows(String line, List<String> passThrough) {
    if (line.isBlank()) {
      return List.of();
    }
    Object[] values = new Object[schema(passThrough).length()];
    try {
      fill(values, Json.object(line), passThrough);
    } catch (BadRecordException e) {
      Arrays.fill(values, null);
      values[values.length - 2] = e.getMessage();
      values[values.length - 1] = line;
    }
    return List.of(RowFactory.create(values));
  }

  private static void fill(Object[] values, JsonNode trip, List<String> passThrough)
      throws BadRecordException {
    Instant start = time(trip, "started_at");
    Instant end = time(trip, "ended_at");
    double distance = distance(trip);
    Duration duration = Duration.between(start, end);
    if (duration.isZero() || duration.isNegative()) {
      throw new BadRecordException("ended_at is not after started_at");
    }
    double hours = (duration.getSeconds() + duration.getNano() / 1e9) / 3600;
    double speed = distance / hours;
    if (Double.isInfinite(speed)) {
      throw new BadRecordException("average_speed is too large a number");
    }
    int column = 0;
    values[column++] = id(trip);
    values[column++] = start.toString();
    values[column++] = end.toString();
    values[column++] = distance;
    for (String field : passThrough) {
      values[column++] = text(trip.path(field));
    }
    values[column] = speed;
  }

  private static String id(JsonNode trip) throws BadRecordException {
    JsonNode id = trip.path("trip_id");
    if (!(id.isTextual() || id.isIntegralNumber()) || id.asText().isBlank()) {
      throw new BadRecordException("trip_id is missing or is neither a text nor a whole number");
    }
    return id.asText();
  }

  private static double distance(JsonNode trip) throws BadRecordException {
    JsonNode distance = trip.path("distance_km");
    if (!distance.isNumber() || Double.isInfinite(distance.doubleValue())) {
      throw new BadRecordException("distance_km is missing or is no number");
    }
    if (distance.doubleValue() < 0) {
      throw new BadRecordException("distance_km is negative");
    }
    return distance.doubleValue();
  }

  private static Instant time(JsonNode trip, String field) throws BadRecordException {
    JsonNode time = trip.path(field);
    if (time.isTextual()) {
      try {
        TemporalAccessor parsed =
            DateTimeFormatter.ISO_DATE_TIME.parseBest(
                time.asText(), OffsetDateTime::from, LocalDateTime::from);
        return parsed instanceof OffsetDateTime withOffset
            ? withOffset.toInstant()
            : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException e) {
        throw new BadRecordException(field + " is no ISO timestamp");
      }
    }
    throw new BadRecordException(field + " is missing or is no text");
  }

  private static String text(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static List<String> fields(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(f -> !f.isEmpty()).toList();
  }

  private static Map<String, String> options(String[] arguments) {
    List<String> known = List.of("--input", "--output", "--rejected", "--pass-through");
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!known.contains(arguments[i]) || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            "'" + arguments[i] + "' is no argument with a value; known are " + known);
      }
      options.put(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("The argument " + name + " is missing");
    }
    return value;
  }

  /** Why a record is rejected. */
  private static final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRecordException(String reason) {
      // Bad records are counted in thousands, and nobody reads where they were found.
      super(reason, null, false, false);
    }
  }

  /** The reader of JSON, one in each JVM of the cluster. */
  private static final class Json {
    private static final ObjectMapper MAPPER =
        new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    static JsonNode object(String line) throws BadRecordException {
      try {
        JsonNode node = MAPPER.readTree(line);
        if (node.isObject()) {
          return node;
        }
      } catch (JsonProcessingException e) {
        throw new BadRecordException("the line is not valid JSON");
      }
      throw new BadRecordException("the line is no JSON object");
    }
  }
}
