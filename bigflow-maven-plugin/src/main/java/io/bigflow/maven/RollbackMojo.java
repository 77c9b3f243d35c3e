// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.Deployment;
import io.bigflow.deploy.DeploymentHistory;
import java.io.IOException;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Brings an earlier deployment back: its DAG files byte for byte, after it was checked that the
 * image they name is still in the registry. Needs nothing that was built. It is a deployment of its
 * own, with a number of its own.
 *
 * <p>{@code mvn bigflow:rollback -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "rollback", threadSafe = true)
public final class RollbackMojo extends AbstractPastMojo {

  /**
   * The number of the deployment to go back to, as {@code bigflow:history} shows it. Default: the
   * one before the last.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.deployment", defaultValue = "0")
  private int deployment;

  @Override
  void run(DagBucket bucket, DeploymentHistory history) throws IOException {
    boolean named =
        !value("bigflow.deployment", Integer.toString(deployment)).orElse("0").equals("0");
    Deployment target =
        named ? history.deployment(number("bigflow.deployment", deployment)) : history.previous();
    apply(bucket, history.files(target), Deployment.Kind.ROLLBACK, target.number());
  }
}
