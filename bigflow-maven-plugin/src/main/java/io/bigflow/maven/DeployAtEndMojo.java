// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.io.IOException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;

/**
 * Deploys what the modules of a build have gathered. The plugin binds it to the last module of a
 * build of several modules; there is no need to name it.
 *
 * @since 0.1.0
 */
@Mojo(
    name = DeployAtEndMojo.GOAL,
    defaultPhase = LifecyclePhase.DEPLOY,
    requiresProject = true,
    threadSafe = true)
public final class DeployAtEndMojo extends AbstractBigflowMojo {
  static final String GOAL = "deploy-at-end";

  @Override
  void run() throws IOException, InterruptedException {
    if (ReactorDeployment.isCarriedOutBy(GOAL, false, project(), session())) {
      ReactorDeployment.of(session()).carryOut(project(), session(), progress());
    }
  }

  @Override
  boolean worksOnPoms() {
    return true;
  }

  // A module that is skipped has gathered nothing; the others still deploy.
  @Override
  boolean worksForOtherModules() {
    return session().getProjects().size() > 1;
  }
}
