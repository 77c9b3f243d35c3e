// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/** The workflow of docs/secrets.md and docs/central-composer.md. */
public final class SalesWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("sales")
        .secrets(Secret.variable("SALES_PASSWORD", "shop", "password"))
        .task(Task.job("report", new ReportJob()))
        .build();
  }
}
