// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * A unit of user code that runs in a container of its own, once per run of its workflow.
 *
 * <p>A job that was interrupted or failed is tried again with the same {@link JobContext#runId()}
 * and {@link JobContext#runtime()}, so it must be safe to repeat: overwrite, do not append.
 */
@FunctionalInterface
public interface Job {

  /**
   * Does the work. Returning means success, an exception means failure.
   *
   * @throws ConfigurationException if trying again cannot help
   */
  void execute(JobContext context) throws Exception;
}
