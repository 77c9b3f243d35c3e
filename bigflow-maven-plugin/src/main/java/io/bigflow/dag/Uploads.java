// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.dag.PythonLiteral.Piece;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files that operators name and that are deployed with the DAGs. */
public final class Uploads {

  /** No files at all. */
  public static final Uploads NONE = new Uploads(Map.of());

  /** The constant of a DAG file that holds the name of the bucket. */
  static final String BUCKET = "BUCKET";

  private final Map<ArgumentSpec.UploadPart, BuiltDags.Upload> files;

  /** What is uploaded for what operators name. */
  public Uploads(Map<ArgumentSpec.UploadPart, BuiltDags.Upload> files) {
    this.files = Map.copyOf(files);
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
    if (task instanceof TaskSpec.Operator operator) {
      operator.arguments().forEach((name, value) -> named(name, value, named));
    }
    return named;
  }

  private static void named(
      String place, ArgumentSpec value, Map<ArgumentSpec.UploadPart, String> named) {
    if (value instanceof ArgumentSpec.Template template) {
      for (ArgumentSpec.Part part : template.parts()) {
        if (part instanceof ArgumentSpec.UploadPart upload) {
          named.putIfAbsent(upload, place);
        }
      }
    } else if (value instanceof ArgumentSpec.Items items) {
      items.items().forEach(item -> named(place, item, named));
    } else if (value instanceof ArgumentSpec.Entries entries) {
      entries.entries().forEach((key, item) -> named(place + "." + key, item, named));
    }
  }

  /** The files that a workflow needs, ordered by path. */
  public List<BuiltDags.Upload> of(WorkflowSpec workflow) {
    Set<BuiltDags.Upload> needed = new LinkedHashSet<>();
    named(workflow).forEach(part -> needed.add(file(part)));
    return ordered(needed);
  }

  /** All files, ordered by path. */
  public List<BuiltDags.Upload> all() {
    return ordered(new LinkedHashSet<>(files.values()));
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
