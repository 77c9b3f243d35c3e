// SPDX-License-Identifier: Apache-2.0
package example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** Sets everything that can be set. */
public final class RichWorkflow implements WorkflowDefinition {
  private RichWorkflow() {}

  @Override
  public Workflow define(DefinitionContext context) {
    System.out.println("user code may print");
    Task read = Task.job("read", job -> {});
    return Workflow.builder("rich")
        .schedule(Schedule.cron("30 2 * * 1-5").inZone(ZoneId.of("Europe/Warsaw")))
        .start(ZonedDateTime.of(2026, 3, 1, 0, 0, 0, 0, ZoneId.of("Europe/Warsaw")))
        .catchup(true)
        .dependsOnPast(true)
        .maxActiveRuns(3)
        .runTimeout(Duration.ofHours(20))
        .retry(RetryPolicy.of(5, Duration.ofMinutes(2)))
        .timeout(Duration.ofHours(1))
        .resources(Resources.of("1", "4Gi"))
        .secrets(Secret.all("shared"))
        .impersonateServiceAccount(
            "delegate@ops.iam.gserviceaccount.com", "rich@sales.iam.gserviceaccount.com")
        .tags("b", "a")
        .owner("team-" + context.config().find("team").orElse("none"))
        .description("Says \"hi\" in " + context.env())
        .documentation("# Rich\n{{ braces }} and zażółć")
        .task(read)
        .task(
            Task.job("write", job -> {})
                .after(read)
                .retry(RetryPolicy.none())
                .timeout(Duration.ofSeconds(90))
                .resources(Resources.of("2", "8Gi"))
                .secrets(Secret.variable("DB_PASSWORD", "db", "password"))
                .impersonateServiceAccount()
                .documentation("Writes."))
        .build();
  }
}
