// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All workflows of a project, built for one environment: {@code target/bigflow/workflows.json}.
 *
 * @param formatVersion {@link SpecJson#FORMAT_VERSION} of the writer
 * @param env the environment that the workflows were declared for
 * @param jobsProject the Google Cloud project in which the jobs of the environment work: {@value
 *     #JOBS_PROJECT_KEY} of their configuration; absent if it has none
 * @param workflows ordered by id
 * @param failures the definitions that could not be turned into a workflow; empty in what {@code
 *     describe} leaves behind
 */
public record ProjectSpec(
    int formatVersion,
    String env,
    @Nullable String jobsProject,
    List<WorkflowSpec> workflows,
    List<DefinitionFailure> failures) {

  /** The key of job configuration with the project in which the jobs work. */
  public static final String JOBS_PROJECT_KEY = "gcp.project";

  /** Copies the lists. */
  public ProjectSpec {
    workflows = List.copyOf(workflows);
    failures = List.copyOf(failures);
  }
}
