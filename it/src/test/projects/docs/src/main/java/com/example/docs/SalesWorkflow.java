package com.example.docs;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;

public final class SalesWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("sales")
        .description("Daily sales figures")
        .schedule(Schedule.cron("30 4 * * *").inZone(ZoneId.of("Europe/Warsaw")))
        .start(LocalDate.of(2026, 1, 1))
        .retry(RetryPolicy.of(5, Duration.ofMinutes(2)))
        .timeout(Duration.ofHours(1))
        .secrets(Secret.variable("SHOP_TOKEN", "shop", "token"))
        .tags("sales")
        .task(Task.job("load_orders", this::loadOrders))
        .task(Task.job("load_prices", this::loadPrices).retry(RetryPolicy.none()))
        .task(
            Task.job("report", this::report)
                .after("load_orders", "load_prices")
                .resources(Resources.of("2", "8G"))
                .documentation("Writes the report that the shops read at **8 o'clock**."))
        .build();
  }

  private void loadOrders(JobContext job) {
    String shops = job.config().get("sales.shops");
    System.out.println("Orders of " + shops + " for " + job.runtime().toLocalDate());
  }

  private void loadPrices(JobContext job) {
    int limit = job.config().find("sales.limit", Integer.class).orElse(1000);
    System.out.println("At most " + limit + " prices");
  }

  private void report(JobContext job) {
    System.out.println("Report of run " + job.runId() + " in " + job.env());
  }
}
