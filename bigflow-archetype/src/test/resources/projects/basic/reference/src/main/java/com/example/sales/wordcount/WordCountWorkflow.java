package com.example.sales.wordcount;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/** Counts the words of a text with an Apache Beam pipeline. */
public final class WordCountWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("wordcount")
        .description("Counts the words of a text")
        .schedule(Schedule.daily())
        .task(Task.job("count_words", new WordCountJob()))
        .build();
  }
}
