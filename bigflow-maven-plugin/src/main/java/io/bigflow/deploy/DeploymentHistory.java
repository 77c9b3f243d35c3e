// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.DagBucket;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The deployments of one project and environment to one bucket. */
public final class DeploymentHistory {
  private final RecordStore store;
  private final Owner owner;
  private final String bucket;

  /** Reads nothing yet. */
  public DeploymentHistory(DagBucket bucket, Owner owner, Progress progress) {
    this.store = new RecordStore(bucket, owner, progress);
    this.owner = owner;
    this.bucket = bucket.name();
  }

  /** The deployments that can be brought back, the newest first. */
  public List<Deployment> deployments() {
    return store.history();
  }

  /** The last deployment that was finished, if the record knows one. */
  public Optional<Deployment> last() {
    return Optional.ofNullable(store.read().record().last());
  }

  /** The DAG files that the last finished deployment left in the bucket, ordered by path. */
  public List<DagEntry> inForce() {
    return store.read().record().files().stream().map(DeploymentRecord.File::entry).toList();
  }

  /**
   * The deployment to go back to when none is named: the one before the last, or before the one
   * that the last one brought back, that left DAGs behind.
   *
   * @throws BigflowException if there is none
   */
  public Deployment previous() {
    @Nullable Deployment last = store.read().record().last();
    int before = last == null ? Integer.MAX_VALUE : last.number();
    if (last != null && last.restored() > 0) {
      before = last.restored();
    }
    for (Deployment deployment : deployments()) {
      if (deployment.number() < before && deployment.kind() != Deployment.Kind.UNDEPLOY) {
        return deployment;
      }
    }
    throw BigflowException.of(
        Problem.of(
            "'" + owner + "' has no earlier deployment in " + bucket + " to go back to",
            bucket + "/" + owner.recordFolder(),
            "See what there is with: mvn bigflow:history"));
  }

  /**
   * A deployment by its number.
   *
   * @throws BigflowException if its archive is not kept, or it left no DAGs
   */
  public Deployment deployment(int number) {
    List<Deployment> all = deployments();
    Deployment found =
        all.stream()
            .filter(deployment -> deployment.number() == number)
            .findFirst()
            .orElseThrow(
                () ->
                    BigflowException.of(
                        Problem.of(
                            "'" + owner + "' has no deployment number " + number + " in " + bucket,
                            "bigflow.deployment",
                            "Choose one of: "
                                + (all.isEmpty()
                                    ? "none, for nothing was ever deployed"
                                    : all.stream()
                                        .map(d -> String.valueOf(d.number()))
                                        .collect(Collectors.joining(", "))))));
    if (found.kind() == Deployment.Kind.UNDEPLOY) {
      throw BigflowException.of(
          Problem.of(
              "Deployment number "
                  + number
                  + " removed everything, so there is nothing to go back to",
              "bigflow.deployment",
              "Choose another one, or remove everything with: mvn bigflow:undeploy"));
    }
    return found;
  }

  /**
   * The DAG files that a deployment left, byte for byte.
   *
   * @throws BigflowException if the archive is gone or damaged
   */
  public DagFiles files(Deployment deployment) {
    String name = store.archiveName(deployment.number());
    return store
        .readArchive(deployment.number())
        .orElseThrow(
            () ->
                BigflowException.of(
                    new Problem(
                        "The archive '" + name + "' is gone",
                        name,
                        "Choose another deployment of bigflow:history, or deploy the commit again",
                        "record-damaged")))
        .files(owner, name);
  }

  /** No files at all, for undeploying. */
  public DagFiles nothing() {
    @Nullable Deployment last = store.read().record().last();
    return DagFiles.none(
        owner,
        last == null
            ? new DagFiles.Source("-", "", false)
            : new DagFiles.Source(last.version(), last.commit(), last.dirty()));
  }

  /** The history as a table; the last finished deployment is marked. */
  public static List<String> table(List<Deployment> deployments, Optional<Deployment> last) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "number", "when", "what", "version", "commit", "DAGs", "by"));
    for (Deployment one : deployments) {
      rows.add(
          List.of(
              last.isPresent() && last.get().number() == one.number() ? "*" : "",
              String.valueOf(one.number()),
              one.at(),
              what(one),
              one.version(),
              one.shortCommit() + (one.dirty() ? "+" : ""),
              String.valueOf(one.dags()),
              one.by()));
    }
    int[] widths = new int[rows.get(0).size()];
    rows.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String what(Deployment deployment) {
    return switch (deployment.kind()) {
      case DEPLOY -> "deploy";
      case ROLLBACK -> "rollback to " + deployment.restored();
      case UNDEPLOY -> "undeploy";
    };
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String format =
          i == 1 || i == 6 ? "%" + widths[i] + "s" : "%-" + Math.max(1, widths[i]) + "s";
      line.append(i == 0 ? "" : "  ").append(String.format(Locale.ROOT, format, row.get(i)));
    }
    return line.toString().stripTrailing();
  }
}
