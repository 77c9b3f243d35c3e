// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;

/**
 * All workflows of a project, built for one environment: {@code target/bigflow/workflows.json}.
 *
 * @param formatVersion {@link SpecJson#FORMAT_VERSION} of the writer
 * @param env the environment that the workflows were declared for
 * @param workflows ordered by id
 * @param failures the definitions that could not be turned into a workflow; empty in what {@code
 *     describe} leaves behind
 */
public record ProjectSpec(
    int formatVersion, String env, List<WorkflowSpec> workflows, List<DefinitionFailure> failures) {

  /** Copies the lists. */
  public ProjectSpec {
    workflows = List.copyOf(workflows);
    failures = List.copyOf(failures);
  }
}
