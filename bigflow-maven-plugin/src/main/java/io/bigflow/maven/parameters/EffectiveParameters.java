// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * All parameters of a build with the values in force.
 *
 * @param parameters ordered by name; those without any value are left out
 */
public record EffectiveParameters(List<Entry> parameters) {

  /** Copies the list. */
  public EffectiveParameters {
    parameters = List.copyOf(parameters);
  }

  /**
   * One parameter.
   *
   * @param name the property's name
   * @param value the value in force, or {@link #HIDDEN}
   * @param origin where it was set
   * @param kind what kind of place that is
   */
  public record Entry(String name, String value, String origin, ParameterValue.Kind kind) {}

  /** What stands for a value that may hold secrets. */
  public static final String HIDDEN = "(not shown)";

  // What users write there is free, so it may hold a password.
  private static final List<String> FREE_TEXTS = List.of("bigflow.conf", "bigflow.jvmArguments");

  /**
   * Looks all of them up.
   *
   * @param evaluator evaluates Maven's expressions in defaults
   */
  public static EffectiveParameters of(
      KnownParameters known, Parameters parameters, UnaryOperator<String> evaluator) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<ParameterName, String> each : known.defaults().entrySet()) {
      String byDefault = each.getValue();
      parameters
          .find(each.getKey(), byDefault.isEmpty() ? null : evaluator.apply(byDefault))
          .filter(value -> !value.text().isEmpty())
          .ifPresent(
              value ->
                  entries.add(
                      new Entry(
                          each.getKey().property(),
                          FREE_TEXTS.contains(each.getKey().property()) ? HIDDEN : value.text(),
                          value.origin().place(),
                          value.origin().kind())));
    }
    return new EffectiveParameters(entries);
  }
}
