package com.example.hello;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

public final class HelloWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("hello")
        .schedule(Schedule.cron("0 3 * * *"))
        .sequence(
            Task.job("say_hello", job -> System.out.println("Hello from " + job.env())),
            Task.job("say_goodbye", job -> System.out.println("Goodbye at " + job.runtime())))
        .build();
  }
}
