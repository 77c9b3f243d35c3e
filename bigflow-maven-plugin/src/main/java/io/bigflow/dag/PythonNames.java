// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables that hold the tasks of a DAG file: legal, unique, and wherever possible the task's
 * id itself, as ruff's rule AIR001 wants it.
 */
public final class PythonNames {

  /**
   * Keywords of Python 3.9 to 3.14. The soft ones ({@code match}, {@code type}) can be variables.
   */
  private static final Set<String> KEYWORDS =
      Set.of(
          "False",
          "None",
          "True",
          "and",
          "as",
          "assert",
          "async",
          "await",
          "break",
          "class",
          "continue",
          "def",
          "del",
          "elif",
          "else",
          "except",
          "finally",
          "for",
          "from",
          "global",
          "if",
          "import",
          "in",
          "is",
          "lambda",
          "nonlocal",
          "not",
          "or",
          "pass",
          "raise",
          "return",
          "try",
          "while",
          "with",
          "yield");

  /** What the template defines, imports or uses. */
  static final Set<String> IN_FILE =
      Set.of(
          "BUCKET",
          "CONF",
          "CronDataIntervalTimetable",
          "DAG",
          "DeltaDataIntervalTimetable",
          "ENV",
          "IMAGE",
          "ImportError",
          "LABELS",
          "Param",
          "RUNTIME",
          "RUN_ID",
          "TaskGroup",
          "k8s",
          "os",
          "pendulum",
          "str",
          "timedelta");

  /** Names that are taken for digits: rule E741 of pycodestyle. */
  private static final Set<String> AMBIGUOUS = Set.of("l", "O", "I");

  /** No task has an id like this. */
  private static final String GROUP = "group:";

  /** Short enough for any operator, long enough to be recognized. */
  private static final int SHORTEST = 20;

  /** Whether Python reserves a word. */
  public static boolean isKeyword(String word) {
    return KEYWORDS.contains(word);
  }

  private final Map<String, String> variables = new LinkedHashMap<>();
  private final Set<String> imported;

  /**
   * So that the start of a task keeps within 88 columns, unless its operator's name is too long.
   */
  private final int maxLength;

  private PythonNames(Set<String> imported) {
    this.imported = imported;
    int longest = imported.stream().mapToInt(String::length).max().orElse(0);
    this.maxLength = Math.max(SHORTEST, PythonLiteral.LINE - longest - "     = (".length());
  }

  /**
   * A variable for each task id; of two ids that want the same, the first gets it.
   *
   * @param groups the groups of tasks
   * @param operators the names of the operators, which no task must hide
   */
  static PythonNames of(
      Collection<String> taskIds, Collection<String> groups, Set<String> operators) {
    PythonNames names = new PythonNames(operators);
    List<String> all = new ArrayList<>(taskIds);
    groups.forEach(group -> all.add(GROUP + group));
    names.choose(all);
    return names;
  }

  private void choose(Collection<String> taskIds) {
    Set<String> wanted = new HashSet<>();
    taskIds.forEach(id -> wanted.add(plain(id)));
    Set<String> taken = new HashSet<>();
    for (String id : taskIds) {
      String name = plain(id);
      // A name with a number behind must not be one that another task has by right.
      for (int i = 2; taken.contains(name) || (i > 2 && wanted.contains(name)); i++) {
        name = cut(plain(id), "_" + i);
      }
      taken.add(name);
      variables.put(id, name);
    }
  }

  /**
   * The variable of a task.
   *
   * @throws IllegalArgumentException if there is no task with this id
   */
  String variable(String taskId) {
    @Nullable String variable = variables.get(taskId);
    if (variable == null) {
      throw new IllegalArgumentException("There is no task '" + taskId + "'");
    }
    return variable;
  }

  /** The variable of a group of tasks. */
  String group(String name) {
    return variable(GROUP + name);
  }

  private String plain(String id) {
    String name = id.replaceAll("[^A-Za-z0-9_]", "_");
    if (!name.matches("[A-Za-z].*")) {
      name = "task_" + name;
    }
    boolean reserved =
        KEYWORDS.contains(name)
            || IN_FILE.contains(name)
            || imported.contains(name)
            || AMBIGUOUS.contains(name);
    return cut(name, reserved ? "_task" : "");
  }

  private String cut(String name, String suffix) {
    return name.substring(0, Math.min(name.length(), maxLength - suffix.length())) + suffix;
  }
}
