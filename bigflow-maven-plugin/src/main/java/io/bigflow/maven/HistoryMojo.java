// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.Deployment;
import io.bigflow.deploy.DeploymentHistory;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Lists the deployments of this project and environment, the newest first; the one that is in force
 * is marked. Writes {@code target/bigflow/history.json} too.
 *
 * <p>{@code mvn bigflow:history -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "history", threadSafe = true)
public final class HistoryMojo extends AbstractPastMojo {

  @Override
  void run(DagBucket bucket, DeploymentHistory history) throws IOException {
    List<Deployment> deployments = history.deployments();
    SpecJson.write(Map.of("deployments", deployments), output().history());
    if (deployments.isEmpty()) {
      progress().say("'" + owner() + "' was never deployed to " + bucket.name());
      return;
    }
    progress().say("Deployments of '" + owner() + "' to " + bucket.name() + ":");
    DeploymentHistory.table(deployments, history.last()).forEach(progress()::say);
    progress().say("Written: " + output().history());
  }
}
