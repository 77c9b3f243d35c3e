// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The log of a task as lines that can be shown in a terminal whatever a program wrote. */
public final class LogText {

  // ECMA-48: control sequences (CSI), strings of commands (OSC, DCS, PM, APC, SOS), other escapes.
  private static final Pattern ESCAPES =
      Pattern.compile(
          "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?"
              + "|(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])"
              + "[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?"
              + "|\\u001b[ -/]*[0-~]?");
  // Control characters, and those that turn the direction of text around.
  private static final Pattern CONTROL =
      Pattern.compile("[\\p{Cc}\\u2028-\\u202e\\u2066-\\u2069&&[^\\t]]");

  private LogText() {}

  /** One line without anything that a terminal would obey. */
  public static String safe(String line) {
    return CONTROL.matcher(ESCAPES.matcher(line).replaceAll("")).replaceAll("");
  }

  /** The lines of a text. */
  static List<String> ofText(String text) {
    return lines(text).stream().map(LogText::safe).toList();
  }

  // Not a lone carriage return, by which a progress bar writes over its line.
  private static List<String> lines(String text) {
    return List.of(text.stripTrailing().split("\\r?\\n", -1));
  }

  /** The events of Airflow 3: a time, a level and what happened, then the cause of an error. */
  static List<String> ofEvents(JsonNode events) {
    List<String> all = new ArrayList<>();
    if (events.isTextual()) {
      return ofText(events.asText());
    }
    for (JsonNode event : events) {
      if (event.isTextual()) {
        lines(event.asText()).forEach(all::add);
        continue;
      }
      String start =
          (event.path("timestamp").asText("")
                  + " "
                  + event.path("level").asText("").toUpperCase(Locale.ROOT))
              .strip();
      for (String line : lines(event.path("event").asText())) {
        all.add((start.isEmpty() ? "" : start + " ") + line);
      }
      for (JsonNode error : event.path("error_detail")) {
        error(error, all);
      }
    }
    return all.stream().map(LogText::safe).toList();
  }

  private static void error(JsonNode error, List<String> all) {
    all.add("Traceback (most recent call last):");
    for (JsonNode frame : error.path("frames")) {
      all.add(
          "  File \""
              + frame.path("filename").asText()
              + "\", line "
              + frame.path("lineno").asText()
              + ", in "
              + frame.path("name").asText());
    }
    all.addAll(lines(error.path("exc_type").asText() + ": " + error.path("exc_value").asText()));
  }
}
