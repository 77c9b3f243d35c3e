// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A plan as a file, {@code target/bigflow/plan.json}: to be read, and to be applied later exactly
 * as it was read.
 *
 * @param formatVersion the format of the file
 * @param bucket how messages name the bucket
 * @param version the project's version
 * @param commit the commit that was built; empty outside a repository
 * @param image what happens to the image
 * @param plan what happens to the DAG files
 * @param hasChanges whether anything would be written, removed or pushed
 */
public record PlanDocument(
    int formatVersion,
    String bucket,
    String version,
    String commit,
    ImagePlan image,
    DeployPlan plan,
    boolean hasChanges) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  /** A plan that was just made. */
  public static PlanDocument of(String bucket, ImagePlan image, PreparedDeployment prepared) {
    return new PlanDocument(
        FORMAT_VERSION,
        bucket,
        prepared.files().source().version(),
        prepared.files().source().commit(),
        image,
        prepared.plan(),
        !prepared.isDone() || image.action() != ImagePlan.Action.ALREADY_THERE);
  }

  /** Reads a plan. */
  public static PlanDocument read(Path file) throws IOException {
    try {
      return SpecJson.read(file, PlanDocument.class);
    } catch (NoSuchFileException e) {
      throw BigflowException.of(
          Problem.of(
              "The plan '" + file + "' is missing",
              "bigflow.plan",
              "Write it with: mvn bigflow:plan, with the same profile and environment"),
          e);
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "The plan '" + file + "' cannot be used: " + e.getMessage(),
              "bigflow.plan",
              "Name a file that mvn bigflow:plan wrote, usually target/bigflow/plan.json"),
          e);
    }
  }

  /**
   * Refuses to go on if the world is not the one that was planned for.
   *
   * @param now the plan as it would be made now
   */
  public void requireSame(PreparedDeployment now, String bucketNow) {
    List<String> moved = new ArrayList<>();
    if (!bucket.equals(bucketNow)) {
      moved.add("it was made for " + bucket + ", but this deployment is to " + bucketNow);
    }
    if (!plan.owner().equals(now.plan().owner())) {
      moved.add("it was made for '" + plan.owner() + "', but this is '" + now.plan().owner() + "'");
    }
    if (!plan.images().equals(now.plan().images())) {
      moved.add(
          "the DAGs name the image "
              + String.join(", ", now.plan().images())
              + ", not "
              + String.join(", ", plan.images()));
    }
    if (plan.recordGeneration() != now.plan().recordGeneration()) {
      @Nullable Deployment last = now.recorded().record().last();
      moved.add(
          "the deployment record has changed since; the last deployment is "
              + (last == null ? "none" : last.text()));
    }
    Map<String, PlannedChange> planned = byPath(plan);
    Map<String, PlannedChange> present = byPath(now.plan());
    for (Map.Entry<String, PlannedChange> change : planned.entrySet()) {
      @Nullable PlannedChange other = present.remove(change.getKey());
      if (!change.getValue().equals(other)) {
        moved.add(change.getKey() + " is not as it was");
      }
    }
    present.keySet().forEach(path -> moved.add(path + " was not there"));
    if (!moved.isEmpty()) {
      int shown = Math.min(moved.size(), 10);
      throw BigflowException.of(
          new Problem(
              "The plan cannot be applied, because the world has moved since it was made; nothing"
                  + " was changed:\n    - "
                  + String.join("\n    - ", moved.subList(0, shown))
                  + (moved.size() > shown ? "\n    - and " + (moved.size() - shown) + " more" : ""),
              "bigflow.plan",
              "Make a new plan with mvn bigflow:plan, and review it",
              "plan-outdated"));
    }
  }

  // What others keep in our folder may come and go.
  private static Map<String, PlannedChange> byPath(DeployPlan plan) {
    Map<String, PlannedChange> changes = new TreeMap<>();
    plan.changes().stream()
        .filter(change -> !(change instanceof PlannedChange.Foreign))
        .forEach(change -> changes.put(change.path(), change));
    return changes;
  }
}
