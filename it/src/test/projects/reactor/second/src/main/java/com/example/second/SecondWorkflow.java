package com.example.second;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

public final class SecondWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("second").task(Task.job("only", job -> {})).build();
  }
}
