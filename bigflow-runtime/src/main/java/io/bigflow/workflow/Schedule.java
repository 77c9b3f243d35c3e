// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * When runs of a workflow start. A scheduled run is for a data interval and starts when that
 * interval is over: with {@link #daily()}, the run for Monday starts at midnight to Tuesday. This
 * holds on Airflow 2 and 3 alike.
 */
public sealed interface Schedule {

  /** By a cron expression of five fields: minute, hour, day of month, month, day of week. */
  record Cron(String expression, ZoneId zone) implements Schedule {

    /** Refuses null. */
    public Cron {
      Objects.requireNonNull(expression, "The cron expression of a schedule is null");
      Objects.requireNonNull(zone, "The time zone of a schedule is null");
    }

    /** The same expression, read in another time zone. */
    public Cron inZone(ZoneId otherZone) {
      return new Cron(expression, otherZone);
    }
  }

  /**
   * In a fixed rhythm. Airflow counts it from the workflow's start with catchup, else from
   * 1970-01-01T00:00Z: seven days then begin on a Thursday.
   */
  record Every(Duration period) implements Schedule {

    /** Refuses null. */
    public Every {
      Objects.requireNonNull(period, "The period of a schedule is null");
    }
  }

  /** One run, as soon as the workflow is deployed. */
  record Once() implements Schedule {}

  /** Only when somebody or something triggers a run. */
  record Manual() implements Schedule {}

  /** By a cron expression of five fields, read in UTC. */
  static Cron cron(String expression) {
    return new Cron(expression, ZoneOffset.UTC);
  }

  /** In a fixed rhythm; {@link Every} says from where it is counted. */
  static Every every(Duration period) {
    return new Every(period);
  }

  /** Every full hour. */
  static Cron hourly() {
    return cron("0 * * * *");
  }

  /** Every midnight (UTC). */
  static Cron daily() {
    return cron("0 0 * * *");
  }

  /** The midnight (UTC) with which a Sunday begins. */
  static Cron weekly() {
    return cron("0 0 * * 0");
  }

  /** The midnight (UTC) with which a month begins. */
  static Cron monthly() {
    return cron("0 0 1 * *");
  }

  /** One run, as soon as the workflow is deployed. */
  static Once once() {
    return new Once();
  }

  /** Only when somebody or something triggers a run. */
  static Manual manual() {
    return new Manual();
  }
}
