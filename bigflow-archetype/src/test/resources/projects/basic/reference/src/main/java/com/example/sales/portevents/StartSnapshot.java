package com.example.sales.portevents;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.services.pubsub.Pubsub;
import com.google.api.services.pubsub.model.CreateSnapshotRequest;
import com.google.api.services.pubsub.model.SeekRequest;
import java.io.IOException;
import java.net.HttpURLConnection;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes up for the DirectRunner, which acknowledges messages that it holds in memory only and
 * forgets them when it is killed: a snapshot of the subscription at each start. From it a start
 * after a kill gets everything again that was open at the start before, and all that came since.
 *
 * <p>Dataflow acknowledges what it has stored, and needs none of it.
 */
final class StartSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(StartSnapshot.class);

  private final String snapshot;
  private final String subscription;
  private final Pubsub.Projects projects;

  /** Paths such as {@code projects/a-project/snapshots/start}. */
  StartSnapshot(String snapshot, String subscription, PubsubOptions options) {
    this.snapshot = snapshot;
    this.subscription = subscription;
    this.projects =
        new Pubsub.Builder(
                Transport.getTransport(), Transport.getJsonFactory(), GoogleRequests.as(options))
            .setApplicationName("port-events")
            .setRootUrl(options.getPubsubRootUrl())
            .build()
            .projects();
  }

  /** At a usual start, before the pipeline reads. */
  void take() throws IOException {
    try {
      projects.snapshots().delete(snapshot).execute();
    } catch (GoogleJsonResponseException e) {
      if (e.getStatusCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
    projects
        .snapshots()
        .create(snapshot, new CreateSnapshotRequest().setSubscription(subscription))
        .execute();
  }

  /** At a start after a kill. The snapshot stays, for the case of another one. */
  void replay() throws IOException {
    projects.subscriptions().seek(subscription, new SeekRequest().setSnapshot(snapshot)).execute();
    LOG.info("Messages since the start before are delivered again, from {}", snapshot);
  }
}
