package com.example.sales.averagespeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs Spark in this JVM. */
class AverageSpeedJobTest {
  private static final String HEADER = "trip_id,started_at,ended_at,distance_km,average_speed";

  /** Many more with {@code mvn verify -Daveragespeed.trips=100000}. */
  private static final int TRIPS = Integer.getInteger("averagespeed.trips", 1_000);

  private static SparkSession spark;
  @TempDir private Path directory;

  @BeforeAll
  static void startSpark() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.codegen.wholeStage", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @Test
  void addsTheAverageSpeed() throws IOException {
    input(
        trip("t1", "2026-03-01T10:00:00Z", "2026-03-01T10:30:00Z", "12.5"),
        "",
        trip("t2", "2026-03-01T23:30:00", "2026-03-02T01:30:00+01:00", "0"));

    run();

    assertThat(csv())
        .containsExactlyInAnyOrder(
            "t1,2026-03-01T10:00:00Z,2026-03-01T10:30:00Z,12.5,25.0",
            "t2,2026-03-01T23:30:00Z,2026-03-02T00:30:00Z,0.0,0.0");
    assertThat(rejected()).isEmpty();
  }

  @Test
  void keepsBadRecordsWithTheReason() throws IOException {
    String time = "2026-03-01T10:00:00Z";
    String later = "2026-03-01T11:00:00Z";
    input(
        trip("good", time, later, "1"),
        trip("zero", time, time, "1"),
        trip("backwards", later, time, "1"),
        trip("negative", time, later, "-1"),
        trip("text", time, later, "\"1\""),
        trip("no time", time, "soon", "1"),
        "{\"trip_id\": 7, \"started_at\": \"" + time + "\"}",
        trip(" ", time, later, "1"),
        "{\"trip_id\": \"cut",
        "[]");

    run();

    assertThat(csv()).hasSize(1);
    assertThat(rejected())
        .hasSize(9)
        .anyMatch(line -> line.contains("ended_at is not after started_at"))
        .anyMatch(line -> line.contains("distance_km is negative"))
        .anyMatch(line -> line.contains("distance_km is missing or is no number"))
        .anyMatch(line -> line.contains("ended_at is no ISO timestamp"))
        .anyMatch(line -> line.contains("ended_at is missing or is no text"))
        .anyMatch(line -> line.contains("trip_id is missing"))
        .anyMatch(line -> line.contains("the line is no JSON object"))
        .contains(
            "{\"reason\":\"the line is not valid JSON\","
                + "\"record\":\"{\\\"trip_id\\\": \\\"cut\"}");
  }

  @Test
  void takesOverFurtherFields() throws IOException {
    String trip = trip("t1", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "1");
    input(trip.replace("}", ", \"note\": \"he said \\\"no\\\", twice\", \"vendor\": 3}"));

    run("note", "vendor", "absent");

    assertThat(lines("output", ".csv"))
        .containsExactly(
            "trip_id,started_at,ended_at,distance_km,note,vendor,absent,average_speed",
            "t1,2026-03-01T10:00:00Z,2026-03-01T11:00:00Z,1.0,"
                + "\"he said \"\"no\"\", twice\",3,,1.0");
  }

  @Test
  void writesTheHeaderIfThereIsNoTrip() throws IOException {
    input();

    run();

    assertThat(lines("output", ".csv")).containsExactly(HEADER);
    assertThat(directory.resolve("output/_SUCCESS")).exists();
  }

  @Test
  void replacesWhatAnEarlierAttemptWrote() throws IOException {
    input(trip("t1", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "1"));

    run();
    run();

    assertThat(csv()).hasSize(1);
  }

  @Test
  void calculatesAsPlainJavaDoes() throws IOException {
    Random random = new Random(20260301);
    Map<String, BigDecimal> expected = new HashMap<>();
    int bad = 0;
    Files.createDirectories(directory.resolve("input"));
    try (BufferedWriter out = Files.newBufferedWriter(directory.resolve("input/trips.json"))) {
      for (int i = 0; i < TRIPS; i++) {
        Instant start = Instant.ofEpochSecond(1_700_000_000L + random.nextInt(50_000_000));
        boolean isBad = random.nextInt(100) == 0;
        long millis = isBad ? -random.nextInt(10) : 1 + random.nextInt(9_000_000);
        BigDecimal distance = BigDecimal.valueOf(random.nextInt(100_000), 3);
        Instant end = start.plusMillis(millis);
        out.write(trip("t" + i, start.toString(), end.toString(), distance.toString()));
        out.newLine();
        if (millis > 0) {
          BigDecimal perMilli = distance.divide(BigDecimal.valueOf(millis), MathContext.DECIMAL128);
          expected.put("t" + i, perMilli.multiply(BigDecimal.valueOf(3_600_000)));
        } else {
          bad++;
        }
      }
    }

    run();

    Map<String, Double> actual = new HashMap<>();
    for (String line : csv()) {
      actual.put(
          line.substring(0, line.indexOf(',')),
          Double.valueOf(line.substring(line.lastIndexOf(',') + 1)));
    }
    assertThat(actual).containsOnlyKeys(expected.keySet());
    actual.forEach(
        (id, speed) -> {
          double wanted = expected.get(id).doubleValue();
          assertThat(speed).as(id).isCloseTo(wanted, within(Math.max(wanted, 1) * 1e-12));
        });
    assertThat(rejected()).hasSize(bad);
  }

  @Test
  void refusesUnknownArguments() {
    assertThatThrownBy(() -> AverageSpeedJob.main(new String[] {"--in", "x"}))
        .hasMessageContaining("'--in' is no argument with a value");
    assertThatThrownBy(() -> AverageSpeedJob.main(new String[] {"--input", "x"}))
        .hasMessage("The argument --output is missing");
  }

  private static String trip(String id, String start, String end, String distance) {
    String text = "{'trip_id': '%s', 'started_at': '%s', 'ended_at': '%s', 'distance_km': %s}";
    return text.replace('\'', '"').formatted(id, start, end, distance);
  }

  private void input(String... lines) throws IOException {
    Files.createDirectories(directory.resolve("input"));
    Files.write(directory.resolve("input/trips.json"), List.of(lines));
  }

  private void run(String... passThrough) {
    AverageSpeedJob.run(
        spark,
        directory.resolve("input").toString(),
        directory.resolve("output").toString(),
        directory.resolve("rejected").toString(),
        List.of(passThrough));
  }

  /** The lines of all CSV files, each without its header. */
  private List<String> csv() throws IOException {
    List<String> lines = new ArrayList<>(lines("output", ".csv"));
    assertThat(lines).contains(HEADER);
    lines.removeIf(HEADER::equals);
    return lines;
  }

  private List<String> rejected() throws IOException {
    return lines("rejected", ".json");
  }

  private List<String> lines(String folder, String end) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      for (Path file : files.filter(f -> f.toString().endsWith(end)).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }
}
