// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobContext;

/** The job of docs/configuration.md. */
public final class ReportJob implements Job {
  @Override
  public void execute(JobContext job) {
    String bucket = job.config().get("sales.bucket");
    int limit = job.config().find("sales.limit", Integer.class).orElse(1000);

    SalesConfig sales = job.config().mapping(SalesConfig.class);
    for (String shop : sales.shops()) {
      System.out.println(bucket + "/" + shop + " by " + sales.totalCores() + " cores, " + limit);
    }
  }
}
