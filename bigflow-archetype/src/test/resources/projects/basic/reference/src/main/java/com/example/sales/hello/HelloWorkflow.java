package com.example.sales.hello;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The smallest workflow: two jobs, one after the other, every day. */
public final class HelloWorkflow implements WorkflowDefinition {
  private static final Logger LOG = LoggerFactory.getLogger(HelloWorkflow.class);

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("hello")
        .description("Says hello, then goodbye")
        .schedule(Schedule.daily())
        .sequence(
            Task.job("say_hello", HelloWorkflow::sayHello),
            Task.job("say_goodbye", HelloWorkflow::sayGoodbye))
        .build();
  }

  private static void sayHello(JobContext context) {
    String name = context.config().get("hello.name");
    LOG.info("Hello, {}! This is environment {}.", name, context.env());
  }

  private static void sayGoodbye(JobContext context) {
    // The day whose data the run is for: for a daily schedule the day before the run starts.
    LOG.info("Goodbye from the run for {}.", context.runtime().toLocalDate());
  }
}
