// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a DAG file imports, each under a name that nothing else in the file has. The
 * statements have the order and layout of ruff's import sorter (rule I001).
 */
final class PythonImports {
  private static final int INDENT = 4;

  private final Map<String, String> names = new LinkedHashMap<>();

  private PythonImports() {}

  /**
   * Imports of some classes.
   *
   * @param classNames with their modules; of two with the same name, the first keeps it
   * @param taken names that the file uses otherwise
   */
  static PythonImports of(Collection<String> classNames, Set<String> taken) {
    PythonImports imports = new PythonImports();
    Set<String> used = new HashSet<>(taken);
    for (String given : classNames) {
      String className = MovedClasses.current(given);
      if (imports.names.containsKey(className)) {
        continue;
      }
      String simple = simpleName(className);
      String name = simple;
      for (int i = 2; !used.add(name); i++) {
        name = simple + "_" + i;
      }
      imports.names.put(className, name);
    }
    return imports;
  }

  static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  static String module(String className) {
    return className.substring(0, className.lastIndexOf('.'));
  }

  /** The name of a class in the file. */
  String name(String className) {
    return Objects.requireNonNull(names.get(MovedClasses.current(className)), className);
  }

  /** All names in the file. */
  Set<String> names() {
    return new TreeSet<>(names.values());
  }

  /** The statements for what all versions of Airflow have in one place, a module each. */
  List<PythonText> statements() {
    return statements(module -> MovedClasses.formerModule(module).isPresent() ? null : module, 0);
  }

  /** The statements for what Airflow 3 has in another place than Airflow 2, within a block. */
  List<PythonText> moved() {
    return statements(
        module -> MovedClasses.formerModule(module).isPresent() ? module : null, INDENT);
  }

  /** The statements that import {@link #moved} on Airflow 2, within a block. */
  List<PythonText> movedFrom() {
    return statements(module -> MovedClasses.formerModule(module).orElse(null), INDENT);
  }

  private List<PythonText> statements(Function<String, @Nullable String> place, int indent) {
    Map<String, Set<String>> members = new TreeMap<>(PythonImports::compare);
    names.forEach(
        (className, name) -> {
          @Nullable String module = place.apply(module(className));
          if (module != null) {
            members
                .computeIfAbsent(module, key -> new TreeSet<>(PythonImports::compare))
                .add(
                    name.equals(simpleName(className))
                        ? name
                        : simpleName(className) + " as " + name);
          }
        });
    return members.entrySet().stream()
        .map(entry -> statement(entry.getKey(), entry.getValue(), indent))
        .toList();
  }

  private static int compare(String left, String right) {
    int order = String.CASE_INSENSITIVE_ORDER.compare(left, right);
    return order == 0 ? left.compareTo(right) : order;
  }

  private static PythonText statement(String module, Set<String> members, int indent) {
    String start = "from " + module + " import ";
    String flat = start + String.join(", ", members);
    if (indent + flat.length() <= PythonLiteral.LINE) {
      return new PythonText(flat);
    }
    StringBuilder text = new StringBuilder(start).append("(\n");
    String before = " ".repeat(indent);
    members.forEach(member -> text.append(before).append("    ").append(member).append(",\n"));
    return new PythonText(text.append(before).append(")").toString());
  }
}
