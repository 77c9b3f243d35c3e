// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.workflow.Template;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SQL with full ids in the place of aliases in braces; all other braces belong to the SQL.
 *
 * @param texts what stands before, between and after the places of <code>{dt}</code>
 */
record SqlTemplate(List<String> texts) {

  /** The name that stands for the runtime. */
  static final String RUNTIME = "dt";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final String NAME = "([A-Za-z_][A-Za-z0-9_]*)";
  private static final Pattern ALIAS =
      Pattern.compile("\\{\\{" + NAME + "\\}\\}|\\{" + NAME + "\\}");

  SqlTemplate {
    texts = List.copyOf(texts);
  }

  /**
   * Puts the ids in.
   *
   * @param unknown the exception for an alias that is none
   */
  static SqlTemplate of(
      String sql, Map<String, String> ids, Function<String, ? extends RuntimeException> unknown) {
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    Matcher match = ALIAS.matcher(sql);
    int from = 0;
    while (match.find()) {
      text.append(sql, from, match.start());
      from = match.end();
      String name = match.group(2);
      if (name == null) {
        text.append('{').append(match.group(1)).append('}');
      } else if (name.equals(RUNTIME)) {
        texts.add(text.toString());
        text.setLength(0);
      } else {
        String id = ids.get(name);
        if (id == null) {
          throw unknown.apply(name);
        }
        text.append(id);
      }
    }
    texts.add(text.append(sql, from, sql.length()).toString());
    return new SqlTemplate(texts);
  }

  /** The SQL of a run. */
  String at(ZonedDateTime runtime) {
    return String.join(TIME.format(runtime), texts);
  }

  /** The SQL of a run, completed by Airflow. */
  Template template() {
    List<Object> parts = new ArrayList<>();
    for (String text : texts) {
      if (!parts.isEmpty()) {
        parts.add(Template.runtime("%Y-%m-%d %H:%M:%S"));
      }
      parts.add(text);
    }
    // Blanks at the end mean nothing to BigQuery, but would have to be kept by Airflow.
    parts.set(parts.size() - 1, texts.get(texts.size() - 1).stripTrailing());
    return Template.join(parts.toArray());
  }

  /** The SQL of no run: <code>{dt}</code> as it was written. */
  @Override
  public String toString() {
    return String.join("{" + RUNTIME + "}", texts);
  }
}
