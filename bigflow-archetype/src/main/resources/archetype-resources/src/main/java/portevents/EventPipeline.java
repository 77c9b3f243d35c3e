package ${package}.portevents;

import io.bigflow.beam.PipelineDefinition;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.Write.Method;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubIO;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a Pub/Sub subscription into the tables of a dataset and the dead-letter topic. */
final class EventPipeline implements PipelineDefinition {
  private static final Logger LOG = LoggerFactory.getLogger(EventPipeline.class);

  @Override
  public void define(Pipeline pipeline, JobContext context) throws IOException {
    JobConfig config = context.config();
    String subscription = config.get("portevents.subscription");
    TableCatalog catalog =
        TableCatalog.read(
            PortEventsWorkflow.dataset(config), pipeline.getOptions().as(BigQueryOptions.class));
    LOG.info("Events are routed to the tables {}", catalog.tables());

    pipeline
        .apply(
            "ReadMessages",
            PubsubIO.readMessagesWithAttributesAndMessageId().fromSubscription(subscription))
        .apply(
            "RouteEvents", new RouteEvents(catalog, config.get("portevents.method", Method.class)))
        .apply(
            "WriteDeadLetters",
            PubsubIO.writeMessages().to(config.get("portevents.deadLetterTopic")));

    Optional<String> snapshot = config.find("portevents.startSnapshot");
    if (snapshot.isPresent()) {
      StartSnapshot start =
          new StartSnapshot(
              snapshot.get(), subscription, pipeline.getOptions().as(PubsubOptions.class));
      if (config.get("portevents.replay", Boolean.class)) {
        start.replay();
      } else {
        start.take();
      }
    }
  }
}
