package ${package}.portevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import io.bigflow.bigquery.BigQueryDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryHelpers;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.Method;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessage;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessageWithAttributesAndMessageIdCoder;
import org.apache.beam.sdk.io.gcp.testing.FakeBigQueryServices;
import org.apache.beam.sdk.io.gcp.testing.FakeDatasetService;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class RouteEventsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void bringsEachMessageIntoOneTableOrToTheDeadLetters() throws IOException {
    TestStream<PubsubMessage> messages =
        stream()
            .addElements(
                at(0, message("1", "arrivals", ship("Batory"))),
                at(0, message("2", "berths", ship("Wolin"))),
                at(0, message("3", "everything", ship("Dar"))),
                at(0, message("4", "nowhere", ship("Dar"))),
                at(0, message("5", null, "{}")),
                at(0, message("6", "arrivals", "null")),
                at(0, message("7", "arrivals", "{\"port\": \"Hel\"}")),
                at(0, message("8", "arrivals", ship("unlucky"))))
            .advanceWatermarkToInfinity();

    try (FakeBigQuery bigQuery = new FakeBigQuery()) {
      run(
          bigQuery,
          messages,
          dead -> {
            assertThat(dead)
                .extracting(
                    letter -> letter.getAttribute("dead_letter_message_id"),
                    letter -> letter.getAttribute("dead_letter_reason"),
                    letter -> letter.getAttribute("dead_letter_detail"),
                    letter -> letter.getAttribute("destination_table"),
                    letter -> new String(letter.getPayload(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder(
                    tuple("3", "UNKNOWN_TABLE", "no table everything", "everything", ship("Dar")),
                    tuple("4", "UNKNOWN_TABLE", "no table nowhere", "nowhere", ship("Dar")),
                    tuple("5", "UNKNOWN_TABLE", "no attribute destination_table", null, "{}"),
                    tuple("6", "UNDECODABLE", "the payload is null", "arrivals", "null"),
                    tuple("7", "REJECTED", "invalid: No ship.", "arrivals", "{\"port\": \"Hel\"}"));
            return null;
          });

      assertThat(bigQuery.ships("arrivals")).isEqualTo(Map.of("1", "Batory", "8", "unlucky"));
      assertThat(bigQuery.ships("berths")).isEqualTo(Map.of("2", "Wolin"));
    }
  }

  @Test
  void losesNothingThatIsLateOrOutOfOrderAndWritesOneRowForAMessageThatComesTwice()
      throws IOException {
    TestStream<PubsubMessage> messages =
        stream()
            .addElements(at(60, message("1", "arrivals", ship("first"))))
            .addElements(at(0, message("2", "arrivals", ship("out of order"))))
            .advanceWatermarkTo(NOON.plus(Duration.standardHours(1)))
            .addElements(at(30, message("3", "arrivals", ship("late"))))
            .addElements(at(-86_400, message("4", "nowhere", ship("late"))))
            .addElements(at(60, message("1", "arrivals", ship("first"))))
            .advanceProcessingTime(Duration.standardHours(1))
            .addElements(at(-86_400, message("5", "arrivals", ship("a day late"))))
            .advanceWatermarkToInfinity();

    try (FakeBigQuery bigQuery = new FakeBigQuery()) {
      run(
          bigQuery,
          messages,
          dead -> {
            assertThat(dead)
                .extracting(letter -> letter.getAttribute("dead_letter_message_id"))
                .containsExactly("4");
            return null;
          });

      assertThat(bigQuery.ships("arrivals"))
          .isEqualTo(Map.of("1", "first", "2", "out of order", "3", "late", "5", "a day late"));
    }
  }

  @Test
  void deadLettersAreInTheWindowsOfTheirMessagesAlsoIfTheseAreLate() throws IOException {
    TestStream<PubsubMessage> messages =
        stream()
            .addElements(
                at(10, message("1", "nowhere", "{}")), at(70, message("2", "nowhere", "{}")))
            .addElements(at(20, message("3", "arrivals", ship("on time"))))
            .advanceWatermarkTo(NOON.plus(Duration.standardMinutes(2)))
            .addElements(at(30, message("4", "nowhere", "{}")))
            .advanceWatermarkTo(NOON.plus(Duration.standardDays(2)))
            .addElements(at(40, message("5", "arrivals", "null")))
            .advanceWatermarkToInfinity();

    try (FakeBigQuery bigQuery = new FakeBigQuery()) {
      BigQueryDataset dataset = BigQueryDataset.of("a-project", "events");
      Pipeline pipeline = Pipeline.create(bigQuery.options());
      PCollection<PubsubMessage> dead =
          pipeline
              .apply(messages)
              .apply(
                  new RouteEvents(
                      TableCatalog.read(dataset, bigQuery.options()), Method.STREAMING_INSERTS))
              .apply(Window.into(FixedWindows.of(Duration.standardMinutes(1))));
      PAssert.that(dead).inWindow(minute(0)).satisfies(letters -> areOf(letters, "1", "4", "5"));
      PAssert.that(dead).inWindow(minute(1)).satisfies(letters -> areOf(letters, "2"));
      pipeline.run().waitUntilFinish();

      assertThat(bigQuery.ships("arrivals")).isEqualTo(Map.of("3", "on time"));
    }
  }

  @Test
  void writesByTheStorageWriteApi() throws Exception {
    FakeDatasetService.setUp();
    FakeDatasetService tables = new FakeDatasetService();
    TableSchema schema =
        new TableSchema()
            .setFields(
                List.of(
                    new TableFieldSchema().setName("ship").setType("STRING").setMode("REQUIRED")));
    tables.createDataset("a-project", "events", "EU", "", null);
    tables.createTable(
        new Table()
            .setTableReference(
                new TableReference()
                    .setProjectId("a-project")
                    .setDatasetId("events")
                    .setTableId("arrivals"))
            .setSchema(schema));
    TableCatalog catalog =
        new TableCatalog(
            "a-project", "events", Map.of("arrivals", BigQueryHelpers.toJsonString(schema)));
    Pipeline pipeline = Pipeline.create();
    PCollection<PubsubMessage> dead =
        pipeline
            .apply(
                stream()
                    .addElements(
                        at(0, message("1", "arrivals", ship("Batory"))),
                        at(0, message("2", "arrivals", "{\"port\": \"Gdynia\"}")),
                        at(0, message("3", "arrivals", "{\"ship\": \"Dar\", \"crew\": 7}")))
                    .advanceWatermarkToInfinity())
            .apply(
                new RouteEvents(
                    catalog,
                    Method.STORAGE_WRITE_API,
                    new FakeBigQueryServices().withDatasetService(tables)));
    PAssert.that(dead)
        .satisfies(
            letters -> {
              assertThat(letters)
                  .extracting(
                      letter -> letter.getAttribute("dead_letter_message_id"),
                      letter -> letter.getAttribute("dead_letter_reason"),
                      letter -> letter.getAttribute("destination_table"))
                  .containsExactlyInAnyOrder(
                      tuple("2", "REJECTED", "arrivals"), tuple("3", "REJECTED", "arrivals"));
              return null;
            });
    pipeline.run().waitUntilFinish();

    assertThat(tables.getAllRows("a-project", "events", "arrivals"))
        .containsExactly(new TableRow().set("ship", "Batory"));
  }

  @Test
  void refusesAMethodThatCannotTellWhatIsRejected() {
    TableCatalog catalog = new TableCatalog("a-project", "events", Map.of());

    assertThatThrownBy(() -> new RouteEvents(catalog, Method.FILE_LOADS))
        .hasMessageContaining("portevents.method is FILE_LOADS");
  }

  private static void run(
      FakeBigQuery bigQuery,
      TestStream<PubsubMessage> messages,
      SerializableFunction<Iterable<PubsubMessage>, Void> check)
      throws IOException {
    BigQueryDataset dataset = BigQueryDataset.of("a-project", "events");
    Pipeline pipeline = Pipeline.create(bigQuery.options());
    PAssert.that(
            pipeline
                .apply(messages)
                .apply(
                    new RouteEvents(
                        TableCatalog.read(dataset, bigQuery.options()), Method.STREAMING_INSERTS)))
        .satisfies(check);
    pipeline.run().waitUntilFinish();
  }

  private static TestStream.Builder<PubsubMessage> stream() {
    return TestStream.create(PubsubMessageWithAttributesAndMessageIdCoder.of());
  }

  private static Void areOf(Iterable<PubsubMessage> letters, String... messages) {
    assertThat(letters)
        .extracting(letter -> letter.getAttribute("dead_letter_message_id"))
        .containsExactlyInAnyOrder(messages);
    return null;
  }

  private static IntervalWindow minute(int number) {
    return new IntervalWindow(
        NOON.plus(Duration.standardMinutes(number)), Duration.standardMinutes(1));
  }

  private static TimestampedValue<PubsubMessage> at(int seconds, PubsubMessage message) {
    return TimestampedValue.of(message, NOON.plus(Duration.standardSeconds(seconds)));
  }

  private static PubsubMessage message(String id, String table, String payload) {
    return new PubsubMessage(
        payload.getBytes(StandardCharsets.UTF_8),
        table == null ? Map.of() : Map.of("destination_table", table),
        id);
  }

  private static String ship(String name) {
    return "{\"ship\": \"" + name + "\"}";
  }
}
