// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DefinitionException;
import io.bigflow.definition.DefinitionLoader;
import io.bigflow.spec.NearestName;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Workflow;
import java.util.List;

/** Finds what was asked for, or says what there is instead. */
final class KnownJobs {
  private final WorkflowIndex index;

  KnownJobs(WorkflowIndex index) {
    this.index = index;
  }

  /**
   * The name of a job whose workflow is known.
   *
   * @param entry the workflow
   * @param job the part behind the dot; only the workflow itself knows whether it exists
   */
  record Name(WorkflowIndex.Entry entry, String job) {}

  Name require(String text) {
    // Ids hold no dots.
    int dot = text.indexOf('.');
    if (dot <= 0 || dot == text.length() - 1) {
      throw new ConfigurationException(
          "'" + text + "' does not name a job as <workflow>.<job>." + instead(text));
    }
    WorkflowIndex.Entry entry =
        index
            .workflow(text.substring(0, dot))
            .orElseThrow(
                () -> new ConfigurationException("Unknown job '" + text + "'." + instead(text)));
    return new Name(entry, text.substring(dot + 1));
  }

  void requireEnvironment(String env) {
    EnvironmentConfig.requireName(env);
    if (!index.environments().isEmpty() && !index.environments().contains(env)) {
      throw new ConfigurationException(
          "Unknown environment '"
              + env
              + "'."
              + meant(env, index.environments())
              + " Known environments: "
              + String.join(", ", index.environments())
              + ". Add "
              + EnvironmentConfig.fileOf(env)
              + " to the project's resources to have another one.");
    }
  }

  /**
   * Declares a workflow.
   *
   * @throws ConfigurationException if its definition cannot be created or is wrong
   */
  static Workflow declare(
      ClassLoader classLoader, WorkflowIndex.Entry entry, DefinitionContext context) {
    try {
      return new DefinitionLoader(classLoader).load(entry.definition(), context);
    } catch (DefinitionException e) {
      throw new ConfigurationException(
          "Cannot declare workflow '" + entry.id() + "': " + e.getMessage(), e);
    }
  }

  /** The job, which may be one that the workflow has in some environments only. */
  static JobTask require(String job, Workflow workflow, String env) {
    List<JobTask> jobs =
        workflow.tasks().stream()
            .filter(JobTask.class::isInstance)
            .map(JobTask.class::cast)
            .toList();
    return jobs.stream()
        .filter(task -> task.id().equals(job))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> ids = jobs.stream().map(JobTask::id).toList();
              return new ConfigurationException(
                  "Workflow '"
                      + workflow.id()
                      + "' has no job '"
                      + job
                      + "' in environment '"
                      + env
                      + "'."
                      + meant(job, ids)
                      + " Its jobs: "
                      + (ids.isEmpty() ? "none" : String.join(", ", ids))
                      + ".");
            });
  }

  private String instead(String wrong) {
    List<String> names =
        index.workflows().stream()
            .flatMap(entry -> entry.jobs().stream().map(job -> entry.id() + "." + job))
            .toList();
    return meant(wrong, names)
        + " Known jobs: "
        + (names.isEmpty() ? "none" : String.join(", ", names))
        + ".";
  }

  private static String meant(String wrong, List<String> known) {
    return NearestName.of(wrong, known).map(name -> " Did you mean '" + name + "'?").orElse("");
  }
}
