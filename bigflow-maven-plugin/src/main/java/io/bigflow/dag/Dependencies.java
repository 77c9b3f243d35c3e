// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.spec.TaskSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The edges of a workflow as statements such as {@code a >> [b, c] >> d}. Tasks with the same
 * upstream share a statement, and a statement goes on where another one ends.
 */
final class Dependencies {
  private static final int INDENT = 4;

  private Dependencies() {}

  /**
   * The statements, in an order that follows the graph and, where that leaves a choice, the
   * declaration.
   *
   * @param variables the variable of each task
   */
  static List<PythonText> statements(List<TaskSpec> tasks, PythonNames variables) {
    return chains(tasks).stream().map(chain -> layOut(chain, variables)).toList();
  }

  /** Chains of groups of task ids; of two neighbours one at least is a single task. */
  private static List<List<List<String>>> chains(List<TaskSpec> tasks) {
    List<String> order = tasks.stream().map(TaskSpec::id).toList();
    Map<List<String>, List<String>> downstream = new LinkedHashMap<>();
    for (TaskSpec task : topological(tasks)) {
      if (!task.upstream().isEmpty()) {
        List<String> upstream =
            order.stream().filter(Set.copyOf(task.upstream())::contains).toList();
        downstream.computeIfAbsent(upstream, key -> new ArrayList<>()).add(task.id());
      }
    }
    List<List<List<String>>> chains = new ArrayList<>();
    downstream.forEach(
        (from, to) -> {
          // Python cannot shift a list by a list.
          boolean together = from.size() == 1 || to.size() == 1;
          List<List<String>> targets = together ? List.of(to) : to.stream().map(List::of).toList();
          targets.forEach(target -> append(chains, from, target));
        });
    return chains;
  }

  private static void append(List<List<List<String>>> chains, List<String> from, List<String> to) {
    for (List<List<String>> chain : chains) {
      if (chain.get(chain.size() - 1).equals(from)) {
        chain.add(to);
        return;
      }
    }
    chains.add(new ArrayList<>(List.of(from, to)));
  }

  /** The tasks so that each comes behind its upstream; those of a cycle at the end. */
  private static Collection<TaskSpec> topological(List<TaskSpec> tasks) {
    Set<TaskSpec> sorted = new LinkedHashSet<>();
    Set<String> done = new LinkedHashSet<>();
    boolean found = true;
    while (found) {
      found = false;
      for (TaskSpec task : tasks) {
        if (!sorted.contains(task) && done.containsAll(task.upstream())) {
          sorted.add(task);
          done.add(task.id());
          found = true;
        }
      }
    }
    sorted.addAll(tasks);
    return sorted;
  }

  private static PythonText layOut(List<List<String>> chain, PythonNames variables) {
    List<PythonLiteral> operands = chain.stream().map(group -> operand(group, variables)).toList();
    String flat = join(operands, " >> ");
    if (INDENT + flat.length() <= PythonLiteral.LINE) {
      return new PythonText(flat);
    }
    int deeper = INDENT + 4;
    boolean listFirst = chain.get(0).size() > 1;
    boolean listLast = chain.get(1).size() > 1;
    if (chain.size() == 2 && (listFirst || listLast)) {
      PythonLiteral first = operands.get(0);
      PythonLiteral last = operands.get(1);
      String left = listFirst ? first.broken(INDENT, INDENT, 0) : first.flat();
      String right = listLast ? last.broken(INDENT, INDENT, 0) : last.flat();
      return new PythonText(left + " >> " + right);
    }
    String start = "\n" + " ".repeat(deeper);
    return new PythonText(
        operands.stream()
            .map(operand -> operand.text(deeper, deeper + 3, 0))
            .collect(
                Collectors.joining(start + ">> ", "(" + start, "\n" + " ".repeat(INDENT) + ")")));
  }

  private static String join(List<PythonLiteral> operands, String operator) {
    return operands.stream().map(PythonLiteral::flat).collect(Collectors.joining(operator));
  }

  private static PythonLiteral operand(List<String> group, PythonNames variables) {
    List<PythonLiteral> names =
        group.stream().map(id -> PythonLiteral.name(variables.variable(id))).toList();
    return names.size() == 1 ? names.get(0) : PythonLiteral.list(names);
  }
}
