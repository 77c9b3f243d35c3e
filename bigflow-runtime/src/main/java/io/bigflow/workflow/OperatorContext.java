// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * Where an operator is going to work.
 *
 * @param workflow the id of the workflow
 * @param task the id of the task within it
 * @param env the environment that the workflow is declared for
 */
public record OperatorContext(String workflow, String task, String env) {}
