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

  private BigQueryMessages() {}

  /**
   * The reason, the line of the SQL that BigQuery points at, and the job's page in the console.
   *
   * @param sql the SQL of the job, if it has one
   * @param id the job, if there is one
   */
  static String text(
      String purpose,
      @Nullable String sql,
      @Nullable JobId id,
      @Nullable BigQueryError error,
      @Nullable String message) {
    StringBuilder text = new StringBuilder("Cannot ").append(purpose).append(": ");
    text.append(message == null ? "BigQuery gave no message" : message);
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
    if (id != null) {
      text.append(" BigQuery job: ").append(link(id));
    }
    return text.toString();
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
