// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Pages of Cloud Logging with what belongs to one task of one run.
 *
 * @see <a href="https://cloud.google.com/composer/docs/composer-3/view-logs">the logs of
 *     Composer</a>
 */
public final class CloudLogging {
  // A pod's last lines come after Airflow has seen its end.
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private final String project;
  private final String region;
  private final String environment;

  /** The logs of a Composer environment. */
  public CloudLogging(String project, String region, String environment) {
    this.project = project;
    this.region = region;
    this.environment = environment;
  }

  /** What Airflow wrote about a task between two times; null = open. */
  public String task(String dagId, String taskId, @Nullable Instant start, @Nullable Instant end) {
    return link(
        "resource.type=\"cloud_composer_environment\"\n"
            + "resource.labels.location="
            + quoted(region)
            + "\nresource.labels.environment_name="
            + quoted(environment)
            + "\nlabels.workflow="
            + quoted(dagId)
            + "\nlabels.\"task-id\"="
            + quoted(taskId)
            + between(start, end));
  }

  /** What the pods of a task wrote. */
  public String pod(String dagId, String taskId, @Nullable Instant start, @Nullable Instant end) {
    return link(
        "resource.type=\"k8s_container\"\n"
            + "resource.labels.namespace_name=\"composer-user-workloads\"\n"
            + "labels.\"k8s-pod/dag_id\"="
            + quoted(dagId)
            + "\nlabels.\"k8s-pod/task_id\"="
            + quoted(taskId)
            + between(start, end));
  }

  private static String between(@Nullable Instant start, @Nullable Instant end) {
    return (start == null ? "" : "\ntimestamp>=" + quoted(start.minus(MARGIN).toString()))
        + (end == null ? "" : "\ntimestamp<=" + quoted(end.plus(MARGIN).toString()));
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private String link(String filter) {
    return "https://console.cloud.google.com/logs/query;query="
        + encoded(filter)
        + "?project="
        + encoded(project);
  }

  // The console reads the query from a part of the path, in which a plus is a plus.
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
