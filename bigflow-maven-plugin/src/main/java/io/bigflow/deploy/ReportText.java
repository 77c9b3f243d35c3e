// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.progress.Elapsed;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A deployment's report in Markdown, for a comment on a pull request. */
public final class ReportText {

  // https://cloud.google.com/artifact-registry/docs/docker/names
  private static final Pattern ARTIFACT_REGISTRY =
      Pattern.compile("([a-z0-9-]+)-docker\\.pkg\\.dev/([^/]+)/([^/]+)/(.+)@(sha256:[0-9a-f]{64})");

  private ReportText() {}

  /** Where the links of a report lead. */
  public interface Links {
    /** A DAG's page in Airflow, if its address is known. */
    Optional<String> dag(String dagId);

    /** The project whose logs hold those of the tasks, if it is known. */
    Optional<String> logsProject();
  }

  /** The report. */
  public static String markdown(DeployReport report, Links links) {
    StringBuilder text = new StringBuilder("### ");
    @Nullable Deployment deployment = report.deployment();
    text.append(code(report.owner().project())).append(" in environment ");
    text.append(code(report.owner().env())).append(": ");
    if (deployment == null) {
      text.append("nothing to change\n\n");
    } else {
      text.append(
          switch (deployment.kind()) {
            case DEPLOY -> "deployed";
            case ROLLBACK -> "rolled back to deployment " + deployment.restored();
            case UNDEPLOY -> "undeployed";
          });
      text.append(" as number ").append(deployment.number()).append("\n\n");
    }
    text.append("| | |\n|---|---|\n");
    row(text, "bucket", code(report.bucket()));
    if (deployment != null) {
      row(
          text,
          "version",
          code(deployment.version())
              + (deployment.commit().isEmpty() ? "" : ", commit " + code(deployment.shortCommit()))
              + (deployment.dirty() ? " with uncommitted changes" : ""));
      row(text, "by", code(deployment.by()));
    }
    for (String image : report.images()) {
      row(text, "image", image(image));
    }
    row(text, "result", report.summary());
    for (DeployReport.Phase phase : report.phases()) {
      row(text, phase.name(), Elapsed.text(phase.duration()));
    }
    text.append('\n');
    changes(text, report, links);
    return text.toString();
  }

  private static void changes(StringBuilder text, DeployReport report, Links links) {
    boolean any =
        report.items().stream().anyMatch(i -> i.action() != DeployReport.Action.UNCHANGED);
    if (!any) {
      return;
    }
    text.append("| change | DAG | file | |\n|---|---|---|---|\n");
    for (DeployReport.Item item : report.items()) {
      if (item.action() == DeployReport.Action.UNCHANGED) {
        continue;
      }
      boolean gone = item.action() == DeployReport.Action.REMOVED;
      text.append("| ").append(item.action().word()).append(" | ");
      Optional<String> dag = gone ? Optional.empty() : links.dag(item.dagId());
      text.append(
          dag.map(url -> "[" + code(item.dagId()) + "](" + url + ")")
              .orElse(item.dagId().isEmpty() ? "" : code(item.dagId())));
      text.append(" | ").append(code(item.path())).append(" | ");
      text.append(
          gone
              ? ""
              : links.logsProject().map(p -> "[logs](" + logs(p, item.dagId()) + ")").orElse(""));
      text.append(" |\n");
    }
  }

  private static void row(StringBuilder text, String name, String value) {
    text.append("| ").append(name).append(" | ").append(value).append(" |\n");
  }

  private static String image(String pinned) {
    Matcher matcher = ARTIFACT_REGISTRY.matcher(pinned);
    if (!matcher.matches()) {
      return code(pinned);
    }
    return "["
        + code(pinned)
        + "](https://console.cloud.google.com/artifacts/docker/"
        + url(matcher.group(2))
        + "/"
        + url(matcher.group(1))
        + "/"
        + url(matcher.group(3))
        + "/"
        + url(matcher.group(4))
        + "/"
        + matcher.group(5)
        + ")";
  }

  // The label that Composer gives to log lines of tasks:
  // https://cloud.google.com/composer/docs/composer-3/view-logs
  private static String logs(String project, String dagId) {
    return "https://console.cloud.google.com/logs/query;query="
        + url("resource.type=\"cloud_composer_environment\"\nlabels.workflow=\"" + dagId + "\"")
        + "?project="
        + url(project);
  }

  private static String url(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** As code: no character of a value means anything in Markdown, in a table or in HTML. */
  private static String code(String text) {
    String plain = text.replaceAll("[`|\\p{Cntrl}]", "?");
    return "`" + plain + "`";
  }
}
