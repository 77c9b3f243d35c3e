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

/**
 * The classes that a DAG file imports, each under a name that nothing else in the file has. The
 * statements have the order and layout of ruff's import sorter (rule I001).
 */
final class PythonImports {
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
    for (String className : classNames) {
      String simple = simpleName(className);
      String name = simple;
      for (int i = 2; !used.add(name); i++) {
        name = simple + "_" + i;
      }
      imports.names.put(className, name);
    }
    return imports;
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  private static String module(String className) {
    return className.substring(0, className.lastIndexOf('.'));
  }

  /** The name of a class in the file. */
  String name(String className) {
    return Objects.requireNonNull(names.get(className), className);
  }

  /** All names in the file. */
  Set<String> names() {
    return new TreeSet<>(names.values());
  }

  /** The statements, a module each. */
  List<PythonText> statements() {
    Map<String, Set<String>> members = new TreeMap<>(PythonImports::compare);
    names.forEach(
        (className, name) ->
            members
                .computeIfAbsent(module(className), key -> new TreeSet<>(PythonImports::compare))
                .add(
                    name.equals(simpleName(className))
                        ? name
                        : simpleName(className) + " as " + name));
    return members.entrySet().stream()
        .map(entry -> statement(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static int compare(String left, String right) {
    int order = String.CASE_INSENSITIVE_ORDER.compare(left, right);
    return order == 0 ? left.compareTo(right) : order;
  }

  private static PythonText statement(String module, Set<String> members) {
    String start = "from " + module + " import ";
    String flat = start + String.join(", ", members);
    if (flat.length() <= PythonLiteral.LINE) {
      return new PythonText(flat);
    }
    StringBuilder text = new StringBuilder(start).append("(\n");
    members.forEach(member -> text.append("    ").append(member).append(",\n"));
    return new PythonText(text.append(")").toString());
  }
}
