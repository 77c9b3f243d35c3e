// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.JobId;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a user is told of a failure. */
final class BigQueryMessages {

  /**
   * BigQuery ends messages about SQL with {@code at [line:column]}, emulators with {@code [at
   * line:column]}.
   */
  private static final Pattern SQL_PLACE = Pattern.compile("\\[(?:at )?(\\d+):(\\d+)\\]");

  /** Rows of one file are mostly wrong in the same way. */
  private static final int MOST_DETAILS = 3;

  private BigQueryMessages() {}

  /**
   * The reason, the line of the SQL that BigQuery points at, and the job's page in the console.
   *
   * @param sql the SQL of the job, if it has one
   * @param id the job, if there is one
   * @param details what BigQuery says besides the message, such as rows that cannot be loaded
   */
  static String text(
      String purpose,
      @Nullable String sql,
      @Nullable JobId id,
      @Nullable BigQueryError error,
      @Nullable String message,
      List<BigQueryError> details) {
    StringBuilder text = new StringBuilder("Cannot ").append(purpose).append(": ");
    text.append(withoutPoint(message == null ? "BigQuery gave no message" : message));
    if (error != null && error.getReason() != null) {
      text.append(" (").append(error.getReason());
      if (error.getLocation() != null && !error.getLocation().isEmpty()) {
        text.append(" in ").append(error.getLocation());
      }
      text.append(')');
    }
    text.append('.');
    Matcher place = SQL_PLACE.matcher(message == null ? "" : message);
    if (sql != null && place.find()) {
      List<String> lines = sql.lines().toList();
      int line = Integer.parseInt(place.group(1));
      if (line >= 1 && line <= lines.size()) {
        text.append(" SQL line ").append(line).append(": ").append(lines.get(line - 1).strip());
      }
    }
    append(details.stream().filter(detail -> !isSaid(detail, message)).toList(), text);
    if (id != null) {
      text.append(text.charAt(text.length() - 1) == '\n' ? "BigQuery job: " : " BigQuery job: ")
          .append(link(id));
    }
    return text.toString();
  }

  private static boolean isSaid(BigQueryError detail, @Nullable String message) {
    return detail.getMessage() == null || detail.getMessage().equals(message);
  }

  private static void append(List<BigQueryError> details, StringBuilder text) {
    int shown = Math.min(details.size(), MOST_DETAILS);
    for (int i = 0; i < shown; i++) {
      BigQueryError detail = details.get(i);
      text.append("\n  ").append(i + 1).append(". ");
      if (detail.getLocation() != null && !detail.getLocation().isEmpty()) {
        text.append(detail.getLocation()).append(": ");
      }
      text.append(withoutPoint(detail.getMessage().strip())).append('.');
    }
    if (shown < details.size()) {
      text.append("\n  … and ").append(details.size() - shown).append(" more.");
    }
    if (shown > 0) {
      text.append('\n');
    }
  }

  private static String withoutPoint(String text) {
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }

  /** The job's page in the console. */
  static String link(JobId id) {
    return "https://console.cloud.google.com/bigquery?project="
        + id.getProject()
        + "&j=bq:"
        + id.getLocation()
        + ':'
        + id.getJob()
        + "&page=queryresults";
  }
}
