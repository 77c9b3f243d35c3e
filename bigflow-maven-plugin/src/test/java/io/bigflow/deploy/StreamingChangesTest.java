// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.control.StreamingTakeover;
import io.bigflow.dag.BuiltDags;
import io.bigflow.progress.RecordingProgress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which streaming jobs a deployment changes, and which it leaves behind. */
final class StreamingChangesTest {
  private static final BuiltDags.Streaming A = streaming("a", "europe-west1");
  private static final BuiltDags.Streaming B = streaming("b", "europe-west1");

  private final InMemoryDagBucket bucket = new InMemoryDagBucket();
  private final RecordingProgress progress = new RecordingProgress();
  private final DagDeployer deployer =
      new DagDeployer(
          bucket,
          new Samples.InMemoryRegistry(),
          WorkInProgress.IGNORED,
          Samples.options(),
          progress);

  private record Dag(String text, List<BuiltDags.Streaming> streaming) {}

  @Test
  void whatIsWrittenAndStreamsIsChanged() {
    Map<String, Dag> first = Map.of("x", new Dag("1", List.of(A)), "y", new Dag("1", List.of()));
    assertThat(deploy(first, Scope.ALL).changed())
        .extracting(DagEntry::workflow)
        .containsExactly("x");
    assertThat(deploy(first, Scope.ALL).changed()).isEmpty();
    StreamingChanges second =
        deploy(Map.of("x", new Dag("2", List.of(A)), "y", new Dag("1", List.of(B))), Scope.ALL);
    assertThat(second.changed()).extracting(DagEntry::workflow).containsExactly("x");
    assertThat(second.left()).isEmpty();
    // The record knows it now, though the file is the same.
    assertThat(
            new DeploymentHistory(bucket, new Owner("com.example:demo", "dev"), progress).inForce())
        .flatExtracting(DagEntry::streaming)
        .containsExactly(A, B);
  }

  @Test
  void whatNothingCaresForIsLeft() {
    deploy(
        Map.of("x", new Dag("1", List.of(A, B)), "y", new Dag("1", List.of(streaming("c", "r")))),
        Scope.ALL);
    assertThat(
            deploy(Map.of("x", new Dag("2", List.of(A, streaming("b", "us-central1")))), Scope.ALL)
                .left())
        .containsExactly(
            new StreamingChanges.Left("x__dev", B),
            new StreamingChanges.Left("y__dev", streaming("c", "r")));
  }

  @Test
  void aJobThatMovesToAnotherWorkflowIsNot() {
    deploy(Map.of("x", new Dag("1", List.of(A))), Scope.ALL);
    assertThat(deploy(Map.of("y", new Dag("1", List.of(A))), Scope.ALL).left()).isEmpty();
  }

  @Test
  void ofOtherWorkflowsNothingIsSaid() {
    deploy(Map.of("x", new Dag("1", List.of(A)), "y", new Dag("1", List.of(B))), Scope.ALL);
    StreamingChanges some =
        deploy(
            Map.of("x", new Dag("2", List.of(A)), "y", new Dag("2", List.of())),
            new Scope(Set.of("x")));
    assertThat(some.changed()).extracting(DagEntry::workflow).containsExactly("x");
    assertThat(some.left()).isEmpty();
  }

  @Test
  void theWarningCanBeActedOn() {
    new StreamingTakeover(progress)
        .warn(
            List.of(
                new StreamingChanges.Left("x__dev", A),
                new StreamingChanges.Left(
                    "x__dev", new BuiltDags.Streaming("a", "$(rm x)", "p", "europe-west1")),
                new StreamingChanges.Left(
                    "x__dev", new BuiltDags.Streaming("a", "name", "p", null))));
    assertThat(progress.lines())
        .containsExactly(
            "warn No run cares any more for the streaming job x-a-dev of x__dev. If it runs, it goes"
                + " on. Drain it: gcloud dataflow jobs list --status=active --filter=name=x-a-dev"
                + " --project=p --region=europe-west1, then gcloud dataflow jobs drain ID"
                + " --project=p --region=europe-west1",
            "warn No run cares any more for the streaming job $(rm x) of x__dev. If it runs, it goes"
                + " on. Drain it in Google's console",
            "warn No run cares any more for the streaming job name of x__dev. If it runs, it goes"
                + " on. Drain it in Google's console");
  }

  private StreamingChanges deploy(Map<String, Dag> dags, Scope scope) {
    List<BuiltDags.Dag> built = new ArrayList<>();
    Map<String, byte[]> contents = new HashMap<>();
    dags.forEach(
        (workflow, dag) -> {
          String path = Samples.FOLDER + workflow + ".py";
          byte[] text = Samples.bytes(dag.text());
          contents.put(path, text);
          built.add(
              new BuiltDags.Dag(
                  path,
                  workflow + "__dev",
                  workflow,
                  ContentHash.sha256(text),
                  "bigflow-build:" + ContentHash.sha256(text).substring(0, 12),
                  List.of(),
                  dag.streaming()));
        });
    built.sort(Comparator.comparing(BuiltDags.Dag::path));
    PreparedDeployment prepared =
        deployer.prepare(DagFiles.of(Samples.built("dev", built), Samples.inMap(contents)), scope);
    StreamingChanges changes = StreamingChanges.of(prepared);
    deployer.apply(prepared);
    return changes;
  }

  private static BuiltDags.Streaming streaming(String task, String region) {
    return new BuiltDags.Streaming(task, "x-" + task + "-dev", "p", region);
  }
}
