// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Jobs that end in every way. */
public final class Jobs implements WorkflowDefinition {

  /** The contexts with which {@code ok} ran in this JVM. */
  public static final CopyOnWriteArrayList<JobContext> CONTEXTS = new CopyOnWriteArrayList<>();

  @Override
  public Workflow define(DefinitionContext context) {
    Workflow.Builder workflow =
        Workflow.builder("jobs")
            .schedule(Schedule.manual())
            .tasks(
                Task.job("ok", CONTEXTS::add),
                Task.job("fails", job -> fail()),
                Task.job("dies", job -> dies()),
                Task.job("misconfigured", job -> job.config().get("no.such.key")),
                Task.job("refuses", job -> refuse()),
                Task.job("exits", job -> System.exit(7)),
                Task.job("waits", Jobs::waitForever));
    if (context.env().equals("prod")) {
      workflow.task(Task.job("prod_only", job -> {}));
    }
    return workflow.build();
  }

  private static void fail() throws IOException {
    throw new IOException("disk full");
  }

  private static void dies() {
    throw new StackOverflowError("too deep");
  }

  private static void refuse() {
    throw new ConfigurationException("The bucket is not set. Set it.");
  }

  private static void waitForever(JobContext context) throws InterruptedException {
    context.onCancel(() -> System.out.println("cancelled first registered"));
    context.onCancel(
        () -> {
          throw new IllegalStateException("a cancellation that fails");
        });
    context.onCancel(() -> System.out.println("cancelled last registered"));
    System.out.println("waiting");
    try {
      TimeUnit.MINUTES.sleep(5);
    } finally {
      System.out.println("interrupted");
    }
  }
}
