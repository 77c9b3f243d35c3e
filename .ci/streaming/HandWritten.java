package com.example.portevents;

import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.Method;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * The transforms of port_events with a main method, as one writes them without BigFlow.
 *
 * <p>Arguments: project, dataset, subscription, dead-letter topic, then options of Beam.
 */
public final class HandWritten {
  private HandWritten() {}

  public static void main(String[] arguments) {
    String[] options = new String[arguments.length - 4];
    System.arraycopy(arguments, 4, options, 0, options.length);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    // Streaming inserts have no need of the schemas.
    Map<String, String> tables = Map.of("arrivals", "{}", "berths", "{}", "departures", "{}");
    pipeline
        .apply(PubsubIO.readMessagesWithAttributesAndMessageId().fromSubscription(arguments[2]))
        .apply(
            new RouteEvents(
                new TableCatalog(arguments[0], arguments[1], tables), Method.STREAMING_INSERTS))
        .apply(PubsubIO.writeMessages().to(arguments[3]));
    pipeline.run().waitUntilFinish();
  }
}
