// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.DagBucket;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.ImagePlan;
import io.bigflow.deploy.PlanDocument;
import io.bigflow.deploy.PlanText;
import io.bigflow.deploy.PreparedDeployment;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageRegistry;
import io.bigflow.image.PushChecks;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Shows what {@code deploy} would change, and why: the image, each DAG file with its difference,
 * files that somebody edited by hand, DAGs with runs in progress. Changes nothing, and needs
 * nothing but the permission to read. Writes {@code target/bigflow/plan.json}, which {@code
 * -Dbigflow.plan=target/bigflow/plan.json} applies.
 *
 * <p>Maven's exit code is 0 if there is nothing to do, 2 if there are changes, 1 if the plan could
 * not be made or if deploy would refuse it.
 *
 * @since 0.1.0
 */
@Mojo(name = "plan", threadSafe = true)
public final class PlanMojo extends AbstractDeployMojo {

  /**
   * Whether changes make Maven end with exit code 2. Switch it off where any exit code but 0 stops
   * what comes next.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.plan.exitCode", defaultValue = "true")
  private boolean planExitCode;

  @Override
  void gather(ReactorDeployment deployment) throws IOException {
    boolean exitCode = flag("bigflow.plan.exitCode", planExitCode);
    BuiltImage image = builtImage();
    DagFiles files = builtDags(image);
    requireOperators();
    ImageRegistry registry = registry(image.repository());
    DagBucket bucket = bucket();
    PreparedDeployment prepared = deployer(bucket, registry).prepare(files, scope(files));
    PlanDocument document = PlanDocument.of(bucket.name(), ImagePlan.of(image, registry), prepared);
    SpecJson.write(document, output().plan());
    PlanText.lines(
            document,
            prepared,
            bucket,
            drift(),
            activeRuns().describe(prepared.plan().removedDags()),
            progress())
        .forEach(progress()::say);
    progress().say("Written: " + output().plan());
    List<Problem> refused = new ArrayList<>();
    if (document.image().action() == ImagePlan.Action.TAG_TAKEN) {
      PushChecks.takenTag(
              image.reference(), registry.digestOf(image.reference()), image, registry.name())
          .ifPresent(refused::add);
    }
    refused.addAll(prepared.plan().conflicts(bucket.name(), drift()));
    if (!refused.isEmpty()) {
      throw BigflowException.of(
          "deploy would refuse this plan, which is written to " + output().plan() + ":", refused);
    }
    if (document.hasChanges() && exitCode) {
      progress()
          .say(
              "Maven ends with exit code 2, because there are changes;"
                  + " -Dbigflow.plan.exitCode=false makes it 0");
      ExitCode.whenMavenSucceeds(2, session());
    }
  }
}
