// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.DagFiles;
import io.bigflow.image.BuiltImage;
import java.io.IOException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Pushes the image that {@code build-image} built: exactly that archive, so that what was reviewed
 * is what runs. Layers that the registry has are not sent again.
 *
 * @since 0.1.0
 */
@Mojo(name = "deploy-image", defaultPhase = LifecyclePhase.DEPLOY, threadSafe = true)
public final class DeployImageMojo extends AbstractDeployMojo {

  @Override
  void gather(ReactorDeployment deployment) throws IOException {
    if (reviewedPlan().isPresent()) {
      BuiltImage image = builtImage();
      DagFiles files = builtDags(image);
      DagBucket bucket = bucket();
      requireDeployable(
          files, scope(files), deployer(bucket, registry(image.repository())), bucket);
    } else {
      requireAirflowToWaitFor();
      requireOperators();
    }
    addImage(deployment);
  }
}
