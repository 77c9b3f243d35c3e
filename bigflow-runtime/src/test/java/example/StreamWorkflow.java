// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.StreamingContext;
import io.bigflow.workflow.StreamingJob;
import io.bigflow.workflow.StreamingService;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.util.Optional;

/** Jobs that leave a pipeline running, as far as the configuration knows where. */
public final class StreamWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("stream")
        .schedule(Schedule.manual())
        .sequence(Task.job("keep", new Kept()), Task.job("stay", new Stays()))
        .build();
  }

  private static final class Kept implements StreamingJob {
    @Override
    public Optional<StreamingService> service(StreamingContext context) {
      return Optional.of(
          new StreamingService(
              context.workflow() + "-" + context.job() + "-" + context.env(),
              context.config().find("project"),
              Optional.of("europe-west1")));
    }

    @Override
    public void execute(JobContext context) {}
  }

  private static final class Stays implements StreamingJob {
    @Override
    public Optional<StreamingService> service(StreamingContext context) {
      return Optional.empty();
    }

    @Override
    public void execute(JobContext context) {}
  }
}
