// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.spec.ArgumentSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The arguments of an operator as Python expressions. */
final class OperatorArguments {

  /**
   * What every operator has and none renders: an escape would stay in it. From the constructors of
   * BaseOperator in Airflow 2.10 to 3.3.
   */
  private static final Set<String> NEVER_RENDERED =
      Set.of(
          "doc",
          "doc_json",
          "doc_rst",
          "doc_yaml",
          "email",
          "executor",
          "executor_config",
          "logger_name",
          "owner",
          "params",
          "pool",
          "queue",
          "run_as_user",
          "task_display_name");

  private OperatorArguments() {}

  /** The value of a keyword argument. */
  static PythonLiteral argument(String name, ArgumentSpec value) {
    return literal(value, !NEVER_RENDERED.contains(name));
  }

  private static PythonLiteral literal(ArgumentSpec value, boolean isRendered) {
    if (value instanceof ArgumentSpec.None) {
      return PythonLiteral.none();
    }
    if (value instanceof ArgumentSpec.Bool flag) {
      return PythonLiteral.of(flag.value());
    }
    if (value instanceof ArgumentSpec.Whole number) {
      return PythonLiteral.of(number.value());
    }
    if (value instanceof ArgumentSpec.Decimal number) {
      return PythonLiteral.of(number.value());
    }
    if (value instanceof ArgumentSpec.Text text) {
      return PythonLiteral.of(isRendered ? JinjaText.literal(text.value()) : text.value());
    }
    if (value instanceof ArgumentSpec.Template template) {
      return PythonLiteral.of(JinjaText.of(template.parts()));
    }
    if (value instanceof ArgumentSpec.Time time) {
      return PythonLiteral.datetime(time.value());
    }
    if (value instanceof ArgumentSpec.Span span) {
      return PythonLiteral.timedelta(span.value());
    }
    if (value instanceof ArgumentSpec.Items items) {
      return PythonLiteral.list(
          items.items().stream().map(item -> literal(item, isRendered)).toList());
    }
    Map<String, PythonLiteral> entries = new LinkedHashMap<>();
    // The keys of a dictionary are not rendered.
    ((ArgumentSpec.Entries) value)
        .entries()
        .forEach((key, item) -> entries.put(key, literal(item, isRendered)));
    return PythonLiteral.dict(entries);
  }
}
