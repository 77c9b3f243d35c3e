// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cron expressions as Airflow reads them, by the croniter library: five fields with lists, ranges,
 * steps, names of months and days, {@code L} for the last day of the month, {@code FRI#2} for the
 * second and {@code L5} for the last Friday of the month. What the croniter of any Airflow since
 * 2.10 cannot read, or reads differently, is refused. A common library for the JVM is not used,
 * because it takes the Quartz dialect ({@code 5L}, {@code 1#6}, {@code L-3}), with which Airflow
 * cannot import the DAG.
 */
public final class CronExpressions {

  /** The names that Airflow and croniter have for some expressions. */
  private static final Map<String, String> PRESETS =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@quarterly", "0 0 1 */3 *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");

  private static final Pattern SPAN =
      Pattern.compile("(?<all>\\*)(/(?<step>\\d+))?|(?<from>\\w+)(-(?<to>\\w+))?(/(?<by>\\d+))?");
  private static final Pattern NTH = Pattern.compile("(?<day>\\w+)#(?<nth>\\d+)");
  private static final Pattern LAST = Pattern.compile("L(?<day>\\d+)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");
  private static final int[] DAYS_IN_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private enum Field {
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    WEEKDAY("day of week", 0, 7, "SUN MON TUE WED THU FRI SAT");

    final String title;
    final int min;
    final int max;
    final String names;

    Field(String title, int min, int max, String names) {
      this.title = title;
      this.min = min;
      this.max = max;
      this.names = names;
    }

    /** The value of a number or name. */
    int value(String text) throws Invalid {
      List<String> known = List.of(names.split(" "));
      int name = text.isEmpty() ? -1 : known.indexOf(text);
      if (name >= 0) {
        return min + name;
      }
      if (NUMBER.matcher(text).matches()) {
        int number = Integer.parseInt(text);
        if (number >= min && number <= max) {
          return number;
        }
      }
      String alternatives =
          names.isEmpty() ? "" : " or " + known.get(0) + " to " + known.get(known.size() - 1);
      throw new Invalid(
          title + " '" + text + "' is not one of " + min + " to " + max + alternatives);
    }
  }

  private static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid(String message) {
      super(message);
    }
  }

  private CronExpressions() {}

  /** The expression with single blanks; for a name such as {@code @daily}, its five fields. */
  public static String normalize(String expression) {
    String trimmed = expression.replaceAll("\\s+", " ").replaceAll("^ | $", "");
    return PRESETS.getOrDefault(trimmed.toLowerCase(Locale.ROOT), trimmed);
  }

  /** What is wrong with an expression, as a part of a sentence; empty if Airflow can read it. */
  public static Optional<String> problem(String expression) {
    String normal = normalize(expression);
    try {
      if (normal.startsWith("@")) {
        throw new Invalid("'" + normal + "' is not one of " + new TreeSet<>(PRESETS.keySet()));
      }
      String[] texts = normal.isEmpty() ? new String[0] : normal.split(" ", -1);
      Field[] fields = Field.values();
      if (texts.length != fields.length) {
        throw new Invalid(
            "it has "
                + texts.length
                + (texts.length == 1 ? " field" : " fields")
                + " instead of minute, hour, day of month, month and day of week");
      }
      List<List<Integer>> values = new ArrayList<>();
      for (int i = 0; i < fields.length; i++) {
        values.add(parse(fields[i], texts[i].toUpperCase(Locale.ROOT)));
      }
      boolean anyDay = texts[2].equals("*") || texts[2].equals("?");
      if (!anyDay && texts[4].matches(".*[#Ll].*")) {
        throw new Invalid(
            "day of month '"
                + texts[2]
                + "' cannot be combined with day of week '"
                + texts[4]
                + "', which counts days");
      }
      requireExistingDay(texts[3], values.get(2), values.get(3));
      return Optional.empty();
    } catch (Invalid e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The single values and the starts of ranges; empty if there is no limit. */
  private static List<Integer> parse(Field field, String text) throws Invalid {
    boolean day = field == Field.DAY || field == Field.WEEKDAY;
    if (text.equals("*") || (text.equals("?") && day)) {
      return List.of();
    }
    List<Integer> values = new ArrayList<>();
    boolean plain = false;
    boolean counted = false;
    for (String element : text.split(",", -1)) {
      Matcher nth = NTH.matcher(element);
      Matcher last = LAST.matcher(element);
      if (field == Field.DAY && element.equals("L")) {
        plain = true;
      } else if (field == Field.WEEKDAY && nth.matches()) {
        field.value(nth.group("day"));
        if (!nth.group("nth").matches("[1-5]")) {
          throw new Invalid("'" + element + "' does not count from #1 to #5");
        }
        counted = true;
      } else if (field == Field.WEEKDAY && last.matches()) {
        field.value(last.group("day"));
        counted = true;
      } else {
        values.add(parseSpan(field, element));
        plain = true;
      }
    }
    if (plain && counted) {
      throw new Invalid("day of week '" + text + "' mixes plain days with days counted by # or L");
    }
    return values;
  }

  private static int parseSpan(Field field, String element) throws Invalid {
    Matcher span = SPAN.matcher(element);
    if (!span.matches() || element.equals("*")) {
      throw new Invalid(field.title + " '" + element + "' is not a value, a range or a step");
    }
    @Nullable String step = span.group("all") == null ? span.group("by") : span.group("step");
    if (step != null && step.matches("0+")) {
      throw new Invalid(field.title + " '" + element + "' has a step of 0");
    }
    @Nullable String from = span.group("from");
    @Nullable String to = span.group("to");
    if (from == null) {
      return field.min;
    }
    int first = field.value(from);
    if (to != null && field.value(to) == first) {
      // croniter takes it for the whole cycle, the other cron programs for the one value.
      throw new Invalid(field.title + " '" + element + "' is a range of one value; write " + from);
    }
    int lastValue = field == Field.WEEKDAY ? 6 : field.max;
    if (step != null && to == null && first >= lastValue) {
      // Here some versions of croniter start over: 59/15 means 59 or the same as 0/15.
      throw new Invalid(field.title + " '" + element + "' has no room for a step; write " + from);
    }
    boolean sunday = field == Field.WEEKDAY && to != null && field.value(to) == 0;
    if (to != null && field.value(to) < first && !sunday) {
      // The croniter of Airflow 2.10 cannot do this.
      throw new Invalid(
          field.title
              + " '"
              + element
              + "' runs past the end; "
              + (field == Field.WEEKDAY
                  ? "split it, as FRI-MON into FRI-SUN,MON"
                  : "write " + from + "-" + field.max + "," + field.min + "-" + to));
    }
    return first;
  }

  /** Airflow gives up on an expression that names a date like the 30th of February. */
  private static void requireExistingDay(
      String monthField, List<Integer> days, List<Integer> months) throws Invalid {
    boolean single = monthField.matches("[A-Za-z0-9,]*");
    if (!single || days.isEmpty() || months.isEmpty()) {
      return;
    }
    int day = Collections.min(days);
    if (months.stream().noneMatch(month -> DAYS_IN_MONTH[month - 1] >= day)) {
      throw new Invalid("there is no day " + day + " in month " + monthField);
    }
  }
}
