// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Brings the DAG files of this project and environment in the bucket to what {@code build-dags}
 * built. Checks first that the image is in the registry; removes what is not built any more last;
 * touches nothing of anybody else.
 *
 * @since 0.1.0
 */
@Mojo(name = "deploy-dags", defaultPhase = LifecyclePhase.DEPLOY, threadSafe = true)
public final class DeployDagsMojo extends AbstractDeployMojo {

  @Override
  void gather(ReactorDeployment deployment) throws IOException {
    addDags(deployment);
  }
}
