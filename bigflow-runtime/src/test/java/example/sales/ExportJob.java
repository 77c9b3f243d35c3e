// SPDX-License-Identifier: Apache-2.0
package example.sales;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import io.bigflow.google.JobCredentials;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobContext;

/** Uses a client of Google that BigFlow has no helper for. */
public final class ExportJob implements Job {
  @Override
  public void execute(JobContext context) {
    BigQuery client =
        BigQueryOptions.newBuilder()
            .setProjectId(context.config().get("gcp.project"))
            .setCredentials(JobCredentials.of(context))
            .build()
            .getService();
    System.out.println(client.getDataset("exports"));
  }
}
