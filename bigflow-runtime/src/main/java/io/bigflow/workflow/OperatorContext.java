// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;

/**
 * Where an operator is going to work.
 *
 * @param workflow the id of the workflow
 * @param task the id of the task within it
 * @param env the environment that the workflow is declared for
 * @param timeout the limit of one try of the task
 * @param impersonates whether the task acts as another service account than Airflow's own
 * @param config the job configuration of that environment, without the variables of a container
 */
public record OperatorContext(
    String workflow,
    String task,
    String env,
    Duration timeout,
    boolean impersonates,
    JobConfig config) {}
