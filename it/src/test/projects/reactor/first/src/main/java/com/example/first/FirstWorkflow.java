package com.example.first;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

public final class FirstWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("first").task(Task.job("only", job -> {})).build();
  }
}
