// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.control.StatusReport;
import io.bigflow.control.Workflows;
import io.bigflow.deploy.DagEntry;
import io.bigflow.deploy.DeploymentHistory;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Shows how the deployed workflows are: paused or not, the last and the next run, import errors,
 * and whether Airflow has parsed the version that is deployed. Writes {@code
 * target/bigflow/status.json} too.
 *
 * <p>{@code mvn bigflow:status -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "status", threadSafe = true)
public final class StatusMojo extends AbstractAirflowMojo {

  @Override
  void control() throws IOException {
    Workflows workflows = workflows();
    List<DagEntry> deployed =
        targetText().isEmpty()
            ? List.of()
            : new DeploymentHistory(bucket(), owner(), progress()).inForce();
    StatusReport report =
        StatusReport.of(
            workflows, project().getGroupId() + ":" + project().getArtifactId(), deployed);
    SpecJson.write(report, output().status());
    progress()
        .say("Airflow " + report.airflowVersion() + " at " + report.airflow() + ", " + owner());
    if (report.dags().isEmpty() && report.importErrors().isEmpty()) {
      progress()
          .say(
              "It has no DAG of this project and environment; deploy them: mvn deploy"
                  + " -Dbigflow.env="
                  + env());
    } else {
      report.lines().forEach(progress()::say);
    }
    progress().say("Written: " + output().status());
  }
}
