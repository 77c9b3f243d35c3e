// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Operators that were part of Airflow 2 and came into the provider "standard" with Airflow 3, where
 * the old names give warnings.
 *
 * @see <a
 *     href="https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/index.html">the
 *     provider</a>
 */
public final class MovedClasses {
  private static final String NEW = "airflow.providers.standard.";
  private static final String OLD = "airflow.";

  /** Modules of the provider, and where Airflow 2 has them. */
  private static final Map<String, String> MODULES =
      Map.ofEntries(
          moved("operators.bash"),
          moved("operators.branch"),
          moved("operators.datetime"),
          moved("operators.empty"),
          moved("operators.latest_only"),
          moved("operators.python"),
          moved("operators.trigger_dagrun"),
          moved("operators.weekday"),
          moved("sensors.bash"),
          moved("sensors.date_time"),
          moved("sensors.external_task"),
          moved("sensors.filesystem"),
          moved("sensors.python"),
          moved("sensors.time_delta"),
          moved("sensors.weekday"),
          Map.entry(NEW + "sensors.time", OLD + "sensors.time_sensor"));

  private MovedClasses() {}

  private static Map.Entry<String, String> moved(String module) {
    return Map.entry(NEW + module, OLD + module);
  }

  /** The name that Airflow 3 has for a class, whichever of its names is given. */
  public static String current(String className) {
    if (!className.contains(".")) {
      return className;
    }
    String module = PythonImports.module(className);
    return new TreeMap<>(MODULES)
        .entrySet().stream()
            .filter(entry -> entry.getValue().equals(module))
            .findFirst()
            .map(entry -> entry.getKey() + "." + PythonImports.simpleName(className))
            .orElse(className);
  }

  /** The name that Airflow 2 has for a class of the provider, if it has the class. */
  public static Optional<String> former(String className) {
    return className.contains(".")
        ? formerModule(PythonImports.module(className))
            .map(module -> module + "." + PythonImports.simpleName(className))
        : Optional.empty();
  }

  /** The module in which Airflow 2 has a class of the provider, if it has it. */
  static Optional<String> formerModule(String module) {
    return Optional.ofNullable(MODULES.get(module));
  }
}
