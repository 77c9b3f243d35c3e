// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.spec.ArgumentSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of an operator as Python expressions. */
final class OperatorArguments {

  private final DagContext context;
  private final Uploads uploads;
  private final String workflow;
  private final String task;

  /**
   * Arguments in a DAG file.
   *
   * @param uploads the files that they name
   * @param workflow the id of the workflow
   * @param task the id of the task
   */
  OperatorArguments(DagContext context, Uploads uploads, String workflow, String task) {
    this.context = context;
    this.uploads = uploads;
    this.workflow = workflow;
    this.task = task;
  }

  PythonLiteral literal(ArgumentSpec value) {
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
      return PythonLiteral.of(text.value());
    }
    if (value instanceof ArgumentSpec.Template template
        && template.parts().size() == 1
        && template.parts().get(0) instanceof ArgumentSpec.PipelineTemplatePart) {
      return PythonLiteral.ofParts(uploads.templateAddress(workflow, task));
    }
    if (value instanceof ArgumentSpec.Template template
        && template.parts().size() == 1
        && template.parts().get(0) instanceof ArgumentSpec.ImagePart) {
      return DagFileGenerator.image(context.image());
    }
    if (value instanceof ArgumentSpec.Template template) {
      return PythonLiteral.formatted(
          JinjaText.pieces(template.parts().stream().map(this::resolved).toList(), this::address));
    }
    if (value instanceof ArgumentSpec.Time time) {
      return PythonLiteral.datetime(time.value());
    }
    if (value instanceof ArgumentSpec.Span span) {
      return PythonLiteral.timedelta(span.value());
    }
    if (value instanceof ArgumentSpec.Function function) {
      return PythonLiteral.name(function.name());
    }
    if (value instanceof ArgumentSpec.Items items) {
      return PythonLiteral.list(items.items().stream().map(this::literal).toList());
    }
    Map<String, PythonLiteral> entries = new LinkedHashMap<>();
    // The keys of a dictionary are not rendered.
    ((ArgumentSpec.Entries) value)
        .entries()
        .forEach((key, item) -> entries.put(key, literal(item)));
    return PythonLiteral.dict(entries);
  }

  private List<PythonLiteral.Piece> address(ArgumentSpec.Part part) {
    return part instanceof ArgumentSpec.UploadPart upload
        ? uploads.address(upload)
        : List.of(PythonLiteral.Piece.of(String.join("", uploads.templateAddress(workflow, task))));
  }

  private ArgumentSpec.Part resolved(ArgumentSpec.Part part) {
    if (part instanceof ArgumentSpec.DagIdPart dag) {
      return new ArgumentSpec.LiteralPart(context.dagIds().dagId(dag.workflow(), context.env()));
    }
    return part instanceof ArgumentSpec.ImagePart
        ? new ArgumentSpec.LiteralPart(context.image())
        : part;
  }
}
