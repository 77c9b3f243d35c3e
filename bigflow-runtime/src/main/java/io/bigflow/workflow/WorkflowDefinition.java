// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * Declares one workflow. The build finds every concrete implementation in the project's own
 * classes; there is nothing to register.
 *
 * <p>An implementation needs a no-argument constructor (any visibility); a Kotlin {@code object}
 * works too. {@link #define} runs on the build machine and again in the container of each job, so
 * it declares and does no work: no network, no files, no clock.
 *
 * <pre>{@code
 * public final class HelloWorkflow implements WorkflowDefinition {
 *   @Override
 *   public Workflow define(DefinitionContext context) {
 *     return Workflow.builder("hello")
 *         .schedule(Schedule.daily())
 *         .sequence(
 *             Task.job("say_hello", job -> System.out.println("Hello, " + job.env())),
 *             Task.job("say_goodbye", job -> System.out.println("Goodbye")))
 *         .build();
 *   }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface WorkflowDefinition {

  /**
   * The workflow, for one environment.
   *
   * @param context the environment that the workflow is built for or runs in, and its configuration
   */
  Workflow define(DefinitionContext context);
}
