// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;
import java.util.Optional;

/**
 * What the launcher needs to find a job without scanning the class path; a resource of the
 * project's classes, and so of its jar and image. It depends on the classes and the version alone,
 * so that an image serves every environment.
 *
 * @param formatVersion {@link SpecJson#FORMAT_VERSION} of the writer
 * @param project the project's {@code groupId:artifactId}
 * @param version the project's version
 * @param environments the environments that have a configuration file, sorted; empty if none has
 * @param workflows ordered by id
 */
public record WorkflowIndex(
    int formatVersion,
    String project,
    String version,
    List<String> environments,
    List<Entry> workflows) {

  /** Where the index lies in the classes. */
  public static final String RESOURCE = "META-INF/bigflow/workflows.json";

  /** Copies the lists. */
  public WorkflowIndex {
    environments = List.copyOf(environments);
    workflows = List.copyOf(workflows);
  }

  /** The entry of a workflow. */
  public Optional<Entry> workflow(String id) {
    return workflows.stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  /**
   * A workflow.
   *
   * @param id the workflow's id
   * @param definition the binary name of the class that declares it
   * @param jobs the ids of its jobs, in the order of declaration
   */
  public record Entry(String id, String definition, List<String> jobs) {

    /** Copies the list. */
    public Entry {
      jobs = List.copyOf(jobs);
    }
  }
}
