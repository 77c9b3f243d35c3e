// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.Deployment;
import io.bigflow.deploy.DeploymentHistory;
import java.io.IOException;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

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
  @Parameter(property = "bigflow.deployment")
  private @Nullable String deployment;

  @Override
  void run(DagBucket bucket, DeploymentHistory history) throws IOException {
    Optional<String> number = value("bigflow.deployment", deployment);
    Deployment target =
        number.isPresent()
            ? history.deployment(number("bigflow.deployment", number.get()))
            : history.previous();
    apply(bucket, history.files(target), Deployment.Kind.ROLLBACK, target.number());
  }
}
