// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Deploys what an earlier stage built: the image, then the DAG files. Needs nothing but {@code
 * target/bigflow}.
 *
 * <p>{@code mvn bigflow:deploy -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "deploy", threadSafe = true)
public final class DeployMojo extends AbstractDeployMojo {

  @Override
  void gather(ReactorDeployment deployment) throws IOException {
    addImage(deployment);
    addDags(deployment);
  }
}
