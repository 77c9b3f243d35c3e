// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.dag.PythonLiteral.Piece;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.workflow.TemplateContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The files that operators name and that are deployed with the DAGs. */
public final class Uploads {

  /** No files at all. */
  public static final Uploads NONE = new Uploads(Map.of(), PipelineTemplates.NONE);

  /** The constant of a DAG file that holds the name of the bucket. */
  static final String BUCKET = "BUCKET";

  private final Map<ArgumentSpec.UploadPart, BuiltDags.Upload> files;
  private final PipelineTemplates templates;

  /** What is uploaded for what operators name. */
  public Uploads(
      Map<ArgumentSpec.UploadPart, BuiltDags.Upload> files, PipelineTemplates templates) {
    this.files = Map.copyOf(files);
    this.templates = templates;
  }

  /** The folder that a task wants its template below; empty if it is started from none. */
  public static Optional<String> templateFolder(TaskSpec task) {
    return templates(task).stream().map(ArgumentSpec.PipelineTemplatePart::folder).findFirst();
  }

  /** Whether a task is started from a template for which Dataflow starts the image. */
  public static boolean hasFlexTemplate(TaskSpec task) {
    return templates(task).stream().anyMatch(ArgumentSpec.PipelineTemplatePart::flex);
  }

  private static List<ArgumentSpec.PipelineTemplatePart> templates(TaskSpec task) {
    List<ArgumentSpec.PipelineTemplatePart> templates = new ArrayList<>();
    visit(
        task,
        (place, part) -> {
          if (part instanceof ArgumentSpec.PipelineTemplatePart template) {
            templates.add(template);
          }
        });
    return templates;
  }

  /** What the operators of a workflow name, in their order. */
  public static Set<ArgumentSpec.UploadPart> named(WorkflowSpec workflow) {
    Map<ArgumentSpec.UploadPart, String> named = new LinkedHashMap<>();
    for (TaskSpec task : workflow.tasks()) {
      named(task).forEach(named::putIfAbsent);
    }
    return named.keySet();
  }

  /** What an operator names, and the arguments that do. */
  static Map<ArgumentSpec.UploadPart, String> named(TaskSpec task) {
    Map<ArgumentSpec.UploadPart, String> named = new LinkedHashMap<>();
    visit(
        task,
        (place, part) -> {
          if (part instanceof ArgumentSpec.UploadPart upload) {
            named.putIfAbsent(upload, place);
          }
        });
    return named;
  }

  private static void visit(TaskSpec task, BiConsumer<String, ArgumentSpec.Part> visitor) {
    if (task instanceof TaskSpec.Operator operator) {
      operator.arguments().forEach((name, value) -> visit(name, value, visitor));
    }
  }

  private static void visit(
      String place, ArgumentSpec value, BiConsumer<String, ArgumentSpec.Part> visitor) {
    if (value instanceof ArgumentSpec.Template template) {
      template.parts().forEach(part -> visitor.accept(place, part));
    } else if (value instanceof ArgumentSpec.Items items) {
      items.items().forEach(item -> visit(place, item, visitor));
    } else if (value instanceof ArgumentSpec.Entries entries) {
      entries.entries().forEach((key, item) -> visit(place + "." + key, item, visitor));
    }
  }

  /** The files that a workflow needs, ordered by path. */
  public List<BuiltDags.Upload> of(WorkflowSpec workflow) {
    Set<BuiltDags.Upload> needed = new LinkedHashSet<>();
    named(workflow).forEach(part -> needed.add(file(part)));
    templates.templates().stream()
        .filter(made -> made.workflow().equals(workflow.id()))
        .forEach(made -> needed.addAll(made.files()));
    return ordered(needed);
  }

  /** All files, ordered by path. */
  public List<BuiltDags.Upload> all() {
    Set<BuiltDags.Upload> all = new LinkedHashSet<>(files.values());
    templates.templates().forEach(made -> all.addAll(made.files()));
    return ordered(all);
  }

  private static List<BuiltDags.Upload> ordered(Collection<BuiltDags.Upload> uploads) {
    return uploads.stream().sorted(Comparator.comparing(BuiltDags.Upload::path)).toList();
  }

  private BuiltDags.Upload file(ArgumentSpec.UploadPart part) {
    BuiltDags.@Nullable Upload file = files.get(part);
    if (file == null) {
      throw new IllegalArgumentException("Not packed: " + part);
    }
    return file;
  }

  /** The address of a task's template, in parts of which one alone differs between builds. */
  String[] templateAddress(String workflow, String task) {
    PipelineTemplates.Made made =
        templates
            .of(workflow, task)
            .orElseThrow(
                () -> new IllegalArgumentException("Not staged: " + workflow + "." + task));
    String address = made.address() + "/" + TemplateContext.TEMPLATE;
    int name = address.lastIndexOf('/') + 1;
    int hash = address.lastIndexOf('/', name - 2) + 1;
    int uploads = address.lastIndexOf("/" + UploadNames.ROOT, hash) + 1 + UploadNames.ROOT.length();
    return new String[] {
      address.substring(0, uploads),
      address.substring(uploads, hash),
      address.substring(hash, name),
      address.substring(name)
    };
  }

  /** The address of a file, {@code gs://<bucket>/<path>}: the bucket is known to Airflow only. */
  List<Piece> address(ArgumentSpec.UploadPart part) {
    String path = file(part).path();
    int name = path.lastIndexOf('/') + 1;
    int hash = path.lastIndexOf('/', name - 2) + 1;
    int owner = path.indexOf('/') + 1;
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.of("gs://", BUCKET, "/" + path.substring(0, owner)));
    pieces.add(Piece.of(path.substring(owner, hash)));
    pieces.add(Piece.of(path.substring(hash, name)));
    pieces.add(Piece.of(path.substring(name)));
    return pieces;
  }
}
