// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts the tasks of a graph in line. */
final class GraphOrder {

  private GraphOrder() {}

  /**
   * The tasks, each after those that it waits for, otherwise as declared.
   *
   * @throws IllegalStateException if the graph has a cycle, a task twice or an unknown task
   */
  static List<Task> of(Workflow workflow) {
    Map<String, Task> waiting = new LinkedHashMap<>();
    for (Task task : workflow.tasks()) {
      if (waiting.put(task.id(), task) != null) {
        throw new IllegalStateException(
            workflow + " has two tasks with the id '" + task.id() + "'. Rename one.");
      }
    }
    for (Task task : workflow.tasks()) {
      for (String upstream : task.upstream()) {
        if (!waiting.containsKey(upstream)) {
          throw new IllegalStateException(
              workflow
                  + ": task '"
                  + task.id()
                  + "' waits for '"
                  + upstream
                  + "', which is not a task of it. Its tasks: "
                  + String.join(", ", waiting.keySet())
                  + ".");
        }
      }
    }
    List<Task> order = new ArrayList<>();
    Set<String> done = new HashSet<>();
    while (!waiting.isEmpty()) {
      Optional<Task> next =
          waiting.values().stream().filter(task -> done.containsAll(task.upstream())).findFirst();
      if (next.isEmpty()) {
        throw new IllegalStateException(
            workflow
                + " has a cycle: these tasks wait for each other: "
                + String.join(", ", waiting.keySet())
                + ".");
      }
      waiting.remove(next.get().id());
      done.add(next.get().id());
      order.add(next.get());
    }
    return order;
  }
}
