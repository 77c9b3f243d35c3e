// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares what a run is triggered with to the parameters that its workflow declares. */
public final class ConfCheck {
  private static final int SHOWN = 60;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private ConfCheck() {}

  /** What is wrong. */
  public enum Kind {
    /** A parameter without default is not given. */
    MISSING,
    /** Something is given that is no parameter. */
    UNKNOWN,
    /** A value has the wrong type, or is not one of the allowed ones. */
    WRONG
  }

  /**
   * A problem.
   *
   * @param kind of what kind it is
   * @param key the key in the JSON
   * @param what a sentence without full stop
   * @param fix a sentence without full stop
   */
  public record Finding(Kind kind, String key, String what, String fix) {}

  /**
   * All problems, in the order of the parameters, then of the keys.
   *
   * @param parameters those of the workflow; if it has none, everything may be given
   * @param conf as read from JSON
   */
  public static List<Finding> problems(
      List<ParameterSpec> parameters, Map<String, ? extends @Nullable Object> conf) {
    List<Finding> findings = new ArrayList<>();
    for (ParameterSpec parameter : parameters) {
      if (conf.containsKey(parameter.name())) {
        check(parameter, conf.get(parameter.name()), findings);
      } else if (parameter.isRequired()) {
        findings.add(
            new Finding(
                Kind.MISSING,
                parameter.name(),
                "Parameter '" + parameter.name() + "' is missing",
                "Give " + parameter.type().words() + ": " + example(parameter)));
      }
    }
    List<String> names = parameters.stream().map(ParameterSpec::name).toList();
    if (!names.isEmpty()) {
      conf.keySet().stream()
          .filter(key -> !names.contains(key))
          .forEach(key -> findings.add(unknown(key, names)));
    }
    return findings;
  }

  private static Finding unknown(String key, List<String> names) {
    return new Finding(
        Kind.UNKNOWN,
        key,
        "The workflow has no parameter " + quoted(key),
        NearestName.of(key, names)
            .map(name -> "Did you mean '" + name + "'?")
            .orElse(
                "It has: "
                    + names.stream().map(ConfCheck::quoted).collect(Collectors.joining(", "))));
  }

  private static void check(
      ParameterSpec parameter, @Nullable Object value, List<Finding> findings) {
    @Nullable String text = parameter.textOf(value);
    if (text == null) {
      findings.add(
          wrong(
              parameter,
              "is " + found(parameter, value) + ", not " + parameter.type().words(),
              "Write " + example(parameter)));
    } else if (!parameter.isAllowed(text)) {
      findings.add(
          wrong(
              parameter,
              "is " + quoted(text),
              "Give one of: "
                  + parameter.allowed().stream()
                      .map(ConfCheck::quoted)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static Finding wrong(ParameterSpec parameter, String what, String fix) {
    return new Finding(
        Kind.WRONG, parameter.name(), "Parameter '" + parameter.name() + "' " + what, fix);
  }

  private static String example(ParameterSpec parameter) {
    return "{\"" + parameter.name() + "\": " + parameter.type().example() + "}";
  }

  /** A text of the wrong type is not shown: it may be a secret under the wrong name. */
  private static String found(ParameterSpec parameter, @Nullable Object json) {
    if (json == null) {
      return "null";
    }
    if (json instanceof String text) {
      return parameter.type() == ParameterSpec.Type.DATE ? quoted(text) : "a text";
    }
    if (json instanceof Number || json instanceof Boolean) {
      return quoted(json.toString());
    }
    return json instanceof List ? "a list" : "an object";
  }

  private static String quoted(String value) {
    String text = CONTROL.matcher(value).replaceAll("?");
    return "'" + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text) + "'";
  }
}
