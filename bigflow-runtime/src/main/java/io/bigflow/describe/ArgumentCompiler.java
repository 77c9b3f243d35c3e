// SPDX-License-Identifier: Apache-2.0
package io.bigflow.describe;

import io.bigflow.spec.ArgumentSpec;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.PythonFunction;
import io.bigflow.workflow.Template;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the arguments of an {@link Operator} into their neutral description. */
final class ArgumentCompiler {

  private ArgumentCompiler() {}

  static Map<String, ArgumentSpec> compile(Map<String, ?> arguments) {
    Map<String, ArgumentSpec> compiled = new LinkedHashMap<>();
    arguments.forEach((name, value) -> compiled.put(name, value(value)));
    return compiled;
  }

  /** One of the types that {@link Operator#arguments} names. */
  private static ArgumentSpec value(@Nullable Object value) {
    if (value == null) {
      return new ArgumentSpec.None();
    }
    if (value instanceof String text) {
      return new ArgumentSpec.Text(text);
    }
    if (value instanceof Boolean flag) {
      return new ArgumentSpec.Bool(flag);
    }
    if (value instanceof Long number) {
      return new ArgumentSpec.Whole(number);
    }
    if (value instanceof BigDecimal number) {
      return new ArgumentSpec.Decimal(number);
    }
    if (value instanceof Template template) {
      return new ArgumentSpec.Template(
          template.parts().stream().map(ArgumentCompiler::part).toList());
    }
    if (value instanceof Duration duration) {
      return new ArgumentSpec.Span(duration);
    }
    if (value instanceof ZonedDateTime time) {
      return new ArgumentSpec.Time(time);
    }
    if (value instanceof PythonFunction function) {
      return new ArgumentSpec.Function(function.python());
    }
    if (value instanceof List<?> list) {
      return new ArgumentSpec.Items(list.stream().map(ArgumentCompiler::value).toList());
    }
    Map<String, ArgumentSpec> entries = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, item) -> entries.put((String) key, value(item)));
    return new ArgumentSpec.Entries(entries);
  }

  private static ArgumentSpec.Part part(Template.Part part) {
    if (part instanceof Template.LiteralPart literal) {
      return new ArgumentSpec.LiteralPart(literal.text());
    }
    if (part instanceof Template.RuntimePart runtime) {
      return new ArgumentSpec.RuntimePart(runtime.format());
    }
    if (part instanceof Template.XcomPart xcom) {
      return new ArgumentSpec.XcomPart(xcom.task(), xcom.key());
    }
    if (part instanceof Template.ParameterPart parameter) {
      return new ArgumentSpec.ParameterPart(parameter.name());
    }
    if (part instanceof Template.DagIdPart dag) {
      return new ArgumentSpec.DagIdPart(dag.workflow());
    }
    if (part instanceof Template.PipelineTemplatePart template) {
      return new ArgumentSpec.PipelineTemplatePart(template.folder(), template.flex());
    }
    if (part instanceof Template.ImagePart) {
      return new ArgumentSpec.ImagePart();
    }
    if (part instanceof Template.UploadPart upload) {
      return new ArgumentSpec.UploadPart(upload.resource());
    }
    return new ArgumentSpec.JinjaPart(((Template.JinjaPart) part).text());
  }
}
