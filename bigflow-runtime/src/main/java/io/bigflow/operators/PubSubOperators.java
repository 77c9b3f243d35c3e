// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Operator;
import java.util.List;
import java.util.Map;

/**
 * Pub/Sub.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/pubsub.html">the
 *     operators</a>
 */
public final class PubSubOperators {
  private static final String CLOUD = "airflow.providers.google.cloud.";

  private PubSubOperators() {}

  /**
   * Publishes messages that have attributes but no data: Airflow wants the data as bytes, which no
   * template gives.
   *
   * @param topic its name without the project
   * @param attributes of each message
   */
  public static Operator publish(
      Object project, Object topic, List<? extends Map<String, ?>> attributes) {
    return Operator.of(CLOUD + "operators.pubsub.PubSubPublishMessageOperator")
        .with("project_id", Texts.of("project", project))
        .with("topic", Texts.of("topic", topic))
        .with("messages", attributes.stream().map(each -> Map.of("attributes", each)).toList());
  }

  /**
   * Waits for messages, acknowledges them and leaves them as the task's result.
   *
   * @param subscription its name without the project
   */
  public static Operator waitForMessages(Object project, Object subscription) {
    return Operator.of(CLOUD + "sensors.pubsub.PubSubPullSensor")
        .with("project_id", Texts.of("project", project))
        .with("subscription", Texts.of("subscription", subscription))
        .with("ack_messages", true)
        // What newer providers warn about when it is left out: such a pull may find nothing.
        .with("return_immediately", false)
        .with("deferrable", true);
  }
}
