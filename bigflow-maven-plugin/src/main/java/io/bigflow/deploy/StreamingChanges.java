// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.dag.BuiltDags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment means for streaming jobs, which go on in Dataflow whatever becomes of the DAGs.
 *
 * @param changed the DAGs with streaming jobs that it writes: their next run starts or replaces
 *     them
 * @param left the streaming jobs that no run cares for afterwards
 */
public record StreamingChanges(List<DagEntry> changed, List<Left> left) {

  /** Copies the lists. */
  public StreamingChanges {
    changed = List.copyOf(changed);
    left = List.copyOf(left);
  }

  /**
   * A streaming job of the deployment before that none of this one has: its task was removed or got
   * another name, or it runs in another place now.
   *
   * @param dagId the DAG whose runs cared for it
   */
  public record Left(String dagId, BuiltDags.Streaming job) {}

  private record Identity(String name, @Nullable String project, @Nullable String region) {
    static Identity of(BuiltDags.Streaming job) {
      return new Identity(job.name(), job.project(), job.region());
    }
  }

  /** What a plan means. */
  public static StreamingChanges of(PreparedDeployment prepared) {
    Set<String> written = new HashSet<>();
    Set<String> touched = new HashSet<>();
    for (PlannedChange change : prepared.plan().changes()) {
      if (change instanceof PlannedChange.Write) {
        written.add(change.path());
        touched.add(change.path());
      } else if (change instanceof PlannedChange.Removed) {
        touched.add(change.path());
      }
    }
    List<DagEntry> changed = new ArrayList<>();
    Set<Identity> caredFor = new HashSet<>();
    for (DagEntry entry : prepared.files().entries()) {
      if (written.contains(entry.path()) && !entry.streaming().isEmpty()) {
        changed.add(entry);
      }
      if (prepared.scope().has(entry.workflow())) {
        entry.streaming().forEach(job -> caredFor.add(Identity.of(job)));
      }
    }
    List<Left> left = new ArrayList<>();
    for (DeploymentRecord.File file : prepared.recorded().record().files()) {
      if (touched.contains(file.path())) {
        for (BuiltDags.Streaming job : file.entry().streaming()) {
          if (!caredFor.contains(Identity.of(job))) {
            left.add(new Left(file.entry().dagId(), job));
          }
        }
      }
    }
    return new StreamingChanges(changed, left);
  }
}
