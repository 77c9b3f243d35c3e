// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of {@code catalog.json}. A span is a pair of a first and a last version, of which null
 * stands for the first or last known one.
 *
 * @param airflow the lines of Airflow, oldest first
 * @param bases what Airflow itself gives to all operators and all sensors, by line
 * @param former the classes that Airflow 2 had itself and that a provider has now, by line
 * @param classes the classes of the providers, by release
 */
record CatalogFile(
    List<String> airflow,
    Map<String, Provider> providers,
    Map<String, Entry> bases,
    Map<String, Entry> former,
    Map<String, Entry> classes) {

  /** A provider with its releases, oldest first. */
  record Provider(@JsonProperty("package") String packageName, List<Release> releases) {}

  /**
   * A release of a provider.
   *
   * @param airflow the oldest Airflow that it works with
   * @param date ISO 8601, in UTC, of the package's files
   */
  record Release(String version, String airflow, String date) {}

  /**
   * A class.
   *
   * @param releases spans that have it; absent = all
   * @param arguments those that it has in all these releases
   * @param required those without which none of the releases makes one; absent = none
   * @param changed the other arguments, with their spans
   * @param above the classes that give it more; absent = BaseOperator alone
   */
  record Entry(
      @Nullable List<List<@Nullable String>> releases,
      List<String> arguments,
      @Nullable List<String> required,
      @Nullable Map<String, List<List<@Nullable String>>> changed,
      @Nullable List<String> above) {}
}
