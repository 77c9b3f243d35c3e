// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which workflows a deployment is about. The others keep the files that they have.
 *
 * @param workflows their ids; empty = all, and those that are not built any more
 */
public record Scope(Set<String> workflows) {

  /** Every workflow. */
  public static final Scope ALL = new Scope(Set.of());

  /** Copies the set. */
  public Scope {
    workflows = Set.copyOf(workflows);
  }

  /**
   * Some workflows.
   *
   * @throws BigflowException if one was not built
   */
  public static Scope of(Collection<String> workflows, DagFiles files) {
    Set<String> built =
        files.entries().stream()
            .map(DagEntry::workflow)
            .collect(Collectors.toCollection(TreeSet::new));
    List<Problem> unknown =
        workflows.stream()
            .distinct()
            .filter(id -> !built.contains(id))
            .map(
                id ->
                    Problem.of(
                        "No workflow '" + id + "' was built",
                        "bigflow.workflows",
                        "Name workflows that were built, or leave bigflow.workflows out to deploy"
                            + " them all and remove what is not built any more. Built are: "
                            + String.join(", ", built)))
            .toList();
    if (!unknown.isEmpty()) {
      throw unknown.size() == 1
          ? BigflowException.of(unknown.get(0))
          : BigflowException.of("Cannot deploy these workflows", unknown);
    }
    return new Scope(Set.copyOf(workflows));
  }

  boolean isAll() {
    return workflows.isEmpty();
  }

  /** Whether a workflow is part of it. */
  public boolean has(String workflow) {
    return isAll() || workflows.contains(workflow);
  }
}
