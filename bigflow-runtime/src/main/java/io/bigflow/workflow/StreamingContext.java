// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * Where a streaming job is going to work.
 *
 * @param workflow the id of the workflow
 * @param job the id of the job within it
 * @param env the environment that the workflow is declared for
 * @param config the job configuration of that environment
 */
public record StreamingContext(String workflow, String job, String env, JobConfig config) {}
