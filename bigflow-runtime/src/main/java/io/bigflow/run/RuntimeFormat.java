// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import io.bigflow.workflow.ConfigurationException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The text of a run's runtime: ISO-8601 as Airflow's filter {@code ts} writes it, with {@code T} or
 * a space before the time. Seconds, their fraction and the offset may be left out (then it is UTC),
 * and so may the whole time (then it is midnight UTC).
 */
public final class RuntimeFormat {

  private static final Pattern SPACE = Pattern.compile("(?<=^\\d{4}-\\d{2}-\\d{2}) (?=\\d)");

  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private RuntimeFormat() {}

  /**
   * The time, in UTC.
   *
   * @throws ConfigurationException if the text is no such time
   */
  public static ZonedDateTime parse(String text) {
    try {
      TemporalAccessor parsed =
          FORMAT.parseBest(
              SPACE.matcher(text.strip()).replaceFirst("T"),
              ZonedDateTime::from,
              LocalDateTime::from,
              LocalDate::from);
      if (parsed instanceof ZonedDateTime time) {
        return time.withZoneSameInstant(ZoneOffset.UTC);
      }
      return parsed instanceof LocalDateTime time
          ? time.atZone(ZoneOffset.UTC)
          : LocalDate.from(parsed).atStartOfDay(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new ConfigurationException(
          "'"
              + text
              + "' is not a runtime. Write a time like 2026-01-01T00:00:00+00:00, 2026-01-01T00:00,"
              + " or a day like 2026-01-01; without an offset it is UTC.",
          e);
    }
  }
}
