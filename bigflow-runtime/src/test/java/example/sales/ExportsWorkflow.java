// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/** The workflow of docs/central-composer.md. */
public final class ExportsWorkflow implements WorkflowDefinition {
  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("exports")
        .impersonateServiceAccount("sales-exports@acme-sales-dev.iam.gserviceaccount.com")
        .task(Task.job("export", new ExportJob()))
        .task(Task.job("notify", job -> System.out.println("done")).impersonateServiceAccount())
        .build();
  }
}
