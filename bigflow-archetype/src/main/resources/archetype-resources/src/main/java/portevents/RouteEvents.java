package ${package}.portevents;

import ${package}.portevents.DeadLetter.Reason;
import ${package}.portevents.EventDecoder.UndecodableException;
import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.TableReference;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.CreateDisposition;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.Method;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.WriteDisposition;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryInsertError;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServices;
import org.apache.beam.sdk.io.gcp.bigquery.DynamicDestinations;
import org.apache.beam.sdk.io.gcp.bigquery.InsertRetryPolicy;
import org.apache.beam.sdk.io.gcp.bigquery.TableDestination;
import org.apache.beam.sdk.io.gcp.bigquery.WriteResult;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessage;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessageWithAttributesAndMessageIdCoder;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessageWithAttributesCoder;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupIntoBatches;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.ValueInSingleWindow;
import org.joda.time.Duration;

/**
 * Writes each message as a row into the table that its attribute {@value #DESTINATION} names. Its
 * result is the messages that are in no table, as dead letters: a message is in one or the other.
 */
final class RouteEvents extends PTransform<PCollection<PubsubMessage>, PCollection<PubsubMessage>> {
  private static final long serialVersionUID = 1L;

  /** The attribute of a message that names its table. */
  static final String DESTINATION = "destination_table";

  /** Each event with the name of its table. */
  private static final TupleTag<KV<String, PubsubMessage>> EVENTS = new TupleTag<>() {};

  private static final TupleTag<PubsubMessage> DEAD = new TupleTag<>() {};
  private static final KvCoder<String, PubsubMessage> CODER =
      KvCoder.of(StringUtf8Coder.of(), PubsubMessageWithAttributesAndMessageIdCoder.of());
  private static final Duration STORAGE_COMMITS = Duration.standardSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.standardSeconds(1);

  /** As BigQuery recommends: https://cloud.google.com/bigquery/quotas#streaming_inserts. */
  private static final int ROWS_OF_A_REQUEST = 500;

  private final TableCatalog catalog;
  private final Method method;
  private final transient BigQueryServices services;

  /** Method: {@code STREAMING_INSERTS} or {@code STORAGE_WRITE_API}. */
  RouteEvents(TableCatalog catalog, Method method) {
    this(catalog, method, null);
  }

  /** For tests: with services instead of BigQuery's. */
  RouteEvents(TableCatalog catalog, Method method, BigQueryServices services) {
    if (method != Method.STREAMING_INSERTS && method != Method.STORAGE_WRITE_API) {
      throw new IllegalArgumentException(
          "portevents.method is "
              + method
              + ", but only STREAMING_INSERTS and STORAGE_WRITE_API tell which rows are rejected.");
    }
    this.catalog = catalog;
    this.method = method;
    this.services = services;
  }

  @Override
  public PCollection<PubsubMessage> expand(PCollection<PubsubMessage> messages) {
    PCollectionTuple sorted =
        messages.apply(
            "Sort",
            ParDo.of(new SortFn(catalog.tables())).withOutputTags(EVENTS, TupleTagList.of(DEAD)));
    PCollection<KV<String, PubsubMessage>> events = sorted.get(EVENTS).setCoder(CODER);
    PCollection<PubsubMessage> dead =
        sorted.get(DEAD).setCoder(PubsubMessageWithAttributesCoder.of());
    if (method == Method.STREAMING_INSERTS) {
      events = events.apply("Batch", new BatchByTable());
    }
    return PCollectionList.of(dead)
        .and(rejected(events.apply("WriteRows", write())))
        .apply("DeadLetters", Flatten.pCollections());
  }

  private BigQueryIO.Write<KV<String, PubsubMessage>> write() {
    BigQueryIO.Write<KV<String, PubsubMessage>> write =
        BigQueryIO.<KV<String, PubsubMessage>>write()
            .to(new Tables(catalog))
            .withFormatFunction(event -> row(event.getValue()))
            .withFormatRecordOnFailureFunction(event -> DeadLetter.pack(event.getValue()))
            .withCreateDisposition(CreateDisposition.CREATE_NEVER)
            .withWriteDisposition(WriteDisposition.WRITE_APPEND)
            .withMethod(method);
    if (services != null) {
      write = write.withTestServices(services);
    }
    return method == Method.STREAMING_INSERTS
        ? write
            // BigQuery knows a row again by it, so a message that comes twice is one row.
            .withDeterministicRecordIdFn(event -> event.getValue().getMessageId())
            // One wrong row is no reason to send the others again.
            .skipInvalidRows()
            .withFailedInsertRetryPolicy(InsertRetryPolicy.retryTransientErrors())
            .withExtendedErrorInfo()
        : write.withTriggeringFrequency(STORAGE_COMMITS).withAutoSharding();
  }

  private PCollection<PubsubMessage> rejected(WriteResult result) {
    TypeDescriptor<PubsubMessage> message = TypeDescriptor.of(PubsubMessage.class);
    PCollection<PubsubMessage> rejected =
        method == Method.STREAMING_INSERTS
            ? result
                .getFailedInsertsWithErr()
                .apply(
                    "Rejected",
                    MapElements.into(message)
                        .via(error -> rejected(error.getRow(), inWords(error))))
            : result
                .getFailedStorageApiInserts()
                .apply(
                    "Rejected",
                    MapElements.into(message)
                        .via(error -> rejected(error.getRow(), error.getErrorMessage())));
    return rejected.setCoder(PubsubMessageWithAttributesCoder.of());
  }

  private static PubsubMessage rejected(TableRow packed, String detail) {
    PubsubMessage message = DeadLetter.unpack(packed);
    count(Reason.REJECTED.name());
    return DeadLetter.of(message, Reason.REJECTED, String.valueOf(detail));
  }

  private static String inWords(BigQueryInsertError error) {
    return error.getError().getErrors().stream()
        .map(RouteEvents::inWords)
        .collect(Collectors.joining("; "));
  }

  private static String inWords(ErrorProto error) {
    return Stream.of(error.getReason(), error.getLocation(), error.getMessage())
        .filter(part -> part != null && !part.isEmpty())
        .collect(Collectors.joining(": "));
  }

  private static TableRow row(PubsubMessage event) {
    try {
      return EventDecoder.decode(event.getPayload());
    } catch (UndecodableException e) {
      throw new IllegalStateException("It was decoded before", e);
    }
  }

  private static void count(String what) {
    Metrics.counter("port_events", what).inc();
  }

  /** Tells events from dead letters, before BigQuery sees them. */
  private static final class SortFn extends DoFn<PubsubMessage, KV<String, PubsubMessage>> {
    private static final long serialVersionUID = 1L;
    private final Set<String> tables;

    SortFn(Set<String> tables) {
      this.tables = new TreeSet<>(tables);
    }

    @ProcessElement
    public void sort(@Element PubsubMessage message, MultiOutputReceiver out) {
      String table = message.getAttribute(DESTINATION);
      if (table == null) {
        bury(message, Reason.UNKNOWN_TABLE, "no attribute " + DESTINATION, out);
      } else if (!tables.contains(table)) {
        bury(message, Reason.UNKNOWN_TABLE, "no table " + table, out);
      } else {
        try {
          EventDecoder.decode(message.getPayload());
          count("events_for_" + table);
          out.get(EVENTS).output(KV.of(table, message));
        } catch (UndecodableException e) {
          bury(message, Reason.UNDECODABLE, e.getMessage(), out);
        }
      }
    }

    private static void bury(
        PubsubMessage message, Reason reason, String detail, MultiOutputReceiver out) {
      count(reason.name());
      out.get(DEAD).output(DeadLetter.of(message, reason, detail));
    }
  }

  /**
   * Brings events of a table together, for a request takes its time whether it has one row or
   * hundreds. The Storage Write API has no need of that.
   */
  private static final class BatchByTable
      extends PTransform<
          PCollection<KV<String, PubsubMessage>>, PCollection<KV<String, PubsubMessage>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, PubsubMessage>> expand(
        PCollection<KV<String, PubsubMessage>> input) {
      return input
          .apply(
              GroupIntoBatches.<String, PubsubMessage>ofSize(ROWS_OF_A_REQUEST)
                  .withMaxBufferingDuration(LONGEST_WAIT)
                  .withShardedKey())
          .apply(
              "Events",
              FlatMapElements.into(CODER.getEncodedTypeDescriptor())
                  .via(
                      batch -> {
                        List<KV<String, PubsubMessage>> events = new ArrayList<>();
                        batch
                            .getValue()
                            .forEach(event -> events.add(KV.of(batch.getKey().getKey(), event)));
                        return events;
                      }))
          .setCoder(CODER);
    }
  }

  /** Where an event goes, and what the table looks like. */
  private static final class Tables extends DynamicDestinations<KV<String, PubsubMessage>, String> {
    private static final long serialVersionUID = 1L;
    private final TableCatalog catalog;

    Tables(TableCatalog catalog) {
      this.catalog = catalog;
    }

    @Override
    public String getDestination(ValueInSingleWindow<KV<String, PubsubMessage>> event) {
      return event.getValue().getKey();
    }

    @Override
    public TableDestination getTable(String table) {
      return new TableDestination(
          new TableReference()
              .setProjectId(catalog.project())
              .setDatasetId(catalog.dataset())
              .setTableId(table),
          null);
    }

    @Override
    public TableSchema getSchema(String table) {
      return catalog.schema(table);
    }
  }
}
