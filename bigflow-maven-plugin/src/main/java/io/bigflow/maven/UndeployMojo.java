// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.Deployment;
import io.bigflow.deploy.DeploymentHistory;
import java.io.IOException;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Removes all DAG files of this project and environment from the bucket, and nothing else: images
 * stay in the registry, past runs stay in Airflow, and {@code bigflow:rollback} brings the DAGs
 * back.
 *
 * <p>{@code mvn bigflow:undeploy -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "undeploy", threadSafe = true)
public final class UndeployMojo extends AbstractPastMojo {

  @Override
  void run(DagBucket bucket, DeploymentHistory history) throws IOException {
    apply(bucket, history.nothing(), Deployment.Kind.UNDEPLOY, 0);
  }
}
