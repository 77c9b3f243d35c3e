package ${package}.portevents;

import com.google.api.services.pubsub.Pubsub;
import com.google.api.services.pubsub.model.SeekRequest;
import io.bigflow.beam.PipelineDefinition;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
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

    Optional<Duration> replay = config.find("portevents.replay", Duration.class);
    if (replay.isPresent()) {
      replay(
          subscription,
          Instant.now().minus(replay.get()),
          pipeline.getOptions().as(PubsubOptions.class));
    }
  }

  /**
   * Has Pub/Sub deliver again what was published since, acknowledged or not: the DirectRunner
   * acknowledges messages that it only holds in memory, and forgets them when it is killed.
   */
  private static void replay(String subscription, Instant since, PubsubOptions options)
      throws IOException {
    LOG.info("Messages since {} are delivered again", since);
    new Pubsub.Builder(
            Transport.getTransport(), Transport.getJsonFactory(), GoogleRequests.as(options))
        .setApplicationName("port-events")
        .setRootUrl(options.getPubsubRootUrl())
        .build()
        .projects()
        .subscriptions()
        .seek(subscription, new SeekRequest().setTime(since.toString()))
        .execute();
  }
}
