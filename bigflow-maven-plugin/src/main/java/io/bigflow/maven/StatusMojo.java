// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.control.StatusReport;
import io.bigflow.control.StreamingJobs;
import io.bigflow.control.Workflows;
import io.bigflow.dataflow.DataflowJob;
import io.bigflow.dataflow.DataflowJobs;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.deploy.DagEntry;
import io.bigflow.deploy.DeploymentHistory;
import io.bigflow.gcp.GoogleDataflow;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Shows how the deployed workflows are: paused or not, the last and the next run, import errors,
 * and whether Airflow has parsed the version that is deployed; and what Dataflow makes of their
 * streaming jobs. Writes {@code target/bigflow/status.json} too.
 *
 * <p>{@code mvn bigflow:status -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "status", threadSafe = true)
public final class StatusMojo extends AbstractAirflowMojo {

  /**
   * Another address of Dataflow, such as that of a private endpoint. No credentials are sent over
   * plain HTTP. Default: Google's.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.dataflow.endpoint")
  private @Nullable String dataflowEndpoint;

  /**
   * The parameters {@code bigflow.dataflow.*} as XML: {@code
   * <dataflow><endpoint>…</endpoint></dataflow>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> dataflow;

  private @Nullable DataflowJobs dataflowJobs;

  @Override
  void control() throws IOException {
    Workflows workflows = workflows();
    List<DagEntry> deployed =
        targetText().isEmpty()
            ? List.of()
            : new DeploymentHistory(bucket(), owner(), progress()).inForce();
    StatusReport report =
        StatusReport.of(
            workflows,
            project().getGroupId() + ":" + project().getArtifactId(),
            deployed,
            new StreamingJobs(this::dataflowJob));
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

  // Made when it is asked for: without a streaming job nobody needs credentials of Google.
  private Optional<DataflowJob> dataflowJob(DataflowPlace place, String name) {
    if (dataflowJobs == null) {
      dataflowJobs =
          new GoogleDataflow(
              value("bigflow.dataflow.endpoint", dataflowEndpoint).orElse(null), credentials());
    }
    return dataflowJobs.find(place, name);
  }
}
