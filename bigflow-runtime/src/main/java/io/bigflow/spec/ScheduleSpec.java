// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;

/** When runs start. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ScheduleSpec.Cron.class, name = "cron"),
  @JsonSubTypes.Type(value = ScheduleSpec.Every.class, name = "every"),
  @JsonSubTypes.Type(value = ScheduleSpec.Once.class, name = "once"),
  @JsonSubTypes.Type(value = ScheduleSpec.Manual.class, name = "manual")
})
public sealed interface ScheduleSpec {

  /**
   * By a cron expression.
   *
   * @param expression as the user wrote it
   * @param zone a zone of the IANA database, for example {@code Europe/Warsaw}; {@code UTC} for UTC
   */
  record Cron(String expression, String zone) implements ScheduleSpec {}

  /** In a fixed rhythm. */
  record Every(Duration period) implements ScheduleSpec {}

  /** One run. */
  record Once() implements ScheduleSpec {}

  /** Only when triggered. */
  record Manual() implements ScheduleSpec {}
}
