// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/** The sample of the documentation. */
public final class HelloWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("hello")
        .schedule(Schedule.daily())
        .sequence(
            Task.job("say_hello", job -> System.out.println("Hello, " + job.env())),
            Task.job("say_goodbye", job -> System.out.println("Goodbye")))
        .build();
  }
}
