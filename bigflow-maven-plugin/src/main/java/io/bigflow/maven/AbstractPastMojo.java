// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.Deployment;
import io.bigflow.deploy.DeploymentHistory;
import io.bigflow.deploy.PreparedDeployment;
import io.bigflow.deploy.Scope;
import java.io.IOException;
import java.util.Optional;

/** The goals that work on what was deployed, and need nothing that was built. */
abstract class AbstractPastMojo extends AbstractBucketMojo {

  @Override
  final void run() throws IOException {
    if (session().getProjects().size() > 1 && !BigflowLifecycleParticipant.isDeclared(project())) {
      progress().detail("bigflow:" + goal() + " passes over a module without workflows");
      return;
    }
    DagBucket bucket = bucket();
    run(bucket, new DeploymentHistory(bucket, owner(), progress()));
  }

  abstract void run(DagBucket bucket, DeploymentHistory history) throws IOException;

  /** Brings the bucket to what the files say. */
  final void apply(DagBucket bucket, DagFiles files, Deployment.Kind kind, int restored)
      throws IOException {
    DagDeployer deployer = deployer(bucket, registries());
    PreparedDeployment prepared = deployer.prepare(files, Scope.ALL);
    Optional<Parsing> parsing = parsing(prepared);
    writeReport(deployer.apply(prepared, kind, restored));
    finish(prepared, parsing);
  }
}
