// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;

/** What the Kotlin compiler makes of {@code object Singleton : WorkflowDefinition}. */
public final class Singleton implements WorkflowDefinition {
  public static final Singleton INSTANCE = new Singleton();

  private static int created;

  private Singleton() {
    created++;
  }

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("singleton")
        .schedule(Schedule.every(Duration.ofMinutes(90)))
        .task(Task.job("created", job -> System.out.println(created)))
        .build();
  }
}
