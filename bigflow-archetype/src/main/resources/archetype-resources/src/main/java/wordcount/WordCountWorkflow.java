package ${package}.wordcount;

import io.bigflow.beam.BeamJob;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;

/**
 * Counts the words of a text with an Apache Beam pipeline: on this machine or in the task's pod, and
 * on Dataflow where {@code wordcount.beam.runner} says so.
 */
public final class WordCountWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("wordcount")
        .description("Counts the words of a text")
        .schedule(Schedule.daily())
        .task(
            Task.job(
                "count_words",
                BeamJob.of(new CountWords())
                    .configuredBy("wordcount")
                    .timeout(Duration.ofHours(1))))
        .build();
  }
}
