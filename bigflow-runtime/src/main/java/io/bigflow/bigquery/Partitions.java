// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.TimePartitioning;
import io.bigflow.workflow.Template;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * The names of partitions.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/managing-partitioned-table-data">partition
 *     decorators</a>
 */
final class Partitions {

  private Partitions() {}

  /** The name under which one partition of a table is read and written. */
  static String decorated(String table, TimePartitioning.Type length, ZonedDateTime runtime) {
    return table + '$' + id(length, runtime);
  }

  /** The id of the partition that the runtime, in UTC, belongs to. */
  static String id(TimePartitioning.Type length, ZonedDateTime runtime) {
    String pattern =
        switch (length) {
          case HOUR -> "uuuuMMddHH";
          case DAY -> "uuuuMMdd";
          case MONTH -> "uuuuMM";
          case YEAR -> "uuuu";
        };
    return DateTimeFormatter.ofPattern(pattern).format(runtime);
  }

  /** The same, found out by Airflow. */
  static Template template(TimePartitioning.Type length) {
    return Template.runtime(
        switch (length) {
          case HOUR -> "%Y%m%d%H";
          case DAY -> "%Y%m%d";
          case MONTH -> "%Y%m";
          case YEAR -> "%Y";
        });
  }
}
