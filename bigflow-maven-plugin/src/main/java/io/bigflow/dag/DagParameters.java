// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.spec.ParameterSpec;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a workflow as Airflow's {@code Param}s, which check what a run is triggered
 * with by JSON Schema, and make a form of it.
 *
 * @see <a href="https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html">
 *     Airflow's Params</a>
 */
final class DagParameters {

  private DagParameters() {}

  static PythonLiteral literal(List<ParameterSpec> parameters) {
    Map<String, PythonLiteral> params = new LinkedHashMap<>();
    parameters.forEach(parameter -> params.put(parameter.name(), param(parameter)));
    return PythonLiteral.dict(params);
  }

  private static PythonLiteral param(ParameterSpec parameter) {
    Map<String, PythonLiteral> keywords = new LinkedHashMap<>();
    @Nullable String value = parameter.defaultValue();
    if (value != null) {
      keywords.put("default", value(parameter, value));
    }
    keywords.put(
        "type",
        PythonLiteral.of(
            switch (parameter.type()) {
              case TEXT, DATE -> "string";
              case INTEGER -> "integer";
              case DECIMAL -> "number";
              case FLAG -> "boolean";
            }));
    if (parameter.type() == ParameterSpec.Type.DATE) {
      keywords.put("format", PythonLiteral.of("date"));
    }
    if (!parameter.allowed().isEmpty()) {
      keywords.put(
          "enum",
          PythonLiteral.list(
              parameter.allowed().stream().map(text -> value(parameter, text)).toList()));
    }
    @Nullable String description = parameter.description();
    if (description != null) {
      keywords.put("description", PythonLiteral.of(description));
    }
    return PythonLiteral.call("Param", List.of(), keywords);
  }

  private static PythonLiteral value(ParameterSpec parameter, String text) {
    Object value = Objects.requireNonNull(parameter.parsed(text), parameter.name());
    if (value instanceof Long number) {
      return PythonLiteral.of(number.longValue());
    }
    if (value instanceof BigDecimal number) {
      return PythonLiteral.of(number);
    }
    return value instanceof Boolean flag
        ? PythonLiteral.of(flag.booleanValue())
        : PythonLiteral.of((String) value);
  }
}
