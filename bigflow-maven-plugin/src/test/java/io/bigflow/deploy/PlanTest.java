// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import io.bigflow.spec.SpecJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan says, and that it is applied as it was reviewed or not at all. */
class PlanTest {
  private static final String FOLDER = Samples.FOLDER;
  private static final ImagePlan IMAGE =
      new ImagePlan(Samples.REPOSITORY + ":1.0", Samples.DIGEST, ImagePlan.Action.ALREADY_THERE);

  private final InMemoryDagBucket bucket = new InMemoryDagBucket();
  private final RecordingProgress progress = new RecordingProgress();
  private final DagDeployer deployer =
      new DagDeployer(
          bucket,
          new Samples.InMemoryRegistry(),
          WorkInProgress.IGNORED,
          Samples.options(),
          progress);

  @TempDir private Path folder = Path.of("");

  @Test
  void showsWhatChangesAndWhy() {
    deploy(Map.of("a.py", "one\ntwo\nthree\n", "edited.py", "x\n", "gone.py", "1", "lost.py", "1"));
    bucket.put(FOLDER + "edited.py", Samples.bytes("by hand\n"), Map.of());
    bucket.delete(FOLDER + "lost.py", bucket.object(FOLDER + "lost.py").generation());
    bucket.put(FOLDER + "foreign.py", Samples.bytes("foreign"), Map.of());

    List<String> lines =
        lines(
            Map.of("a.py", "one\n2\nthree\n", "edited.py", "x\n", "lost.py", "1", "new.py", "1"),
            List.of("a run is active"));

    assertThat(String.join("\n", lines))
        .isEqualTo(
            """
            Plan for com.example:demo 1.0 (env dev) in gs://in-memory, after deployment number 1 \
            (version 1.0, commit 0123456, by alice, started 2026-01-01T00:00:00Z)
                image registry.example.com/team/demo:1.0 (sha256:%s): already there
              ~ dags/com.example.demo/dev/a.py (DAG a__dev)
                  --- a/dags/com.example.demo/dev/a.py
                  +++ b/dags/com.example.demo/dev/a.py
                  @@ -1,3 +1,3 @@
                   one
                  -two
                  +2
                   three
              ~ dags/com.example.demo/dev/edited.py (DAG edited__dev): somebody edited it by hand; \
            the difference to what is there now:
                  --- a/dags/com.example.demo/dev/edited.py
                  +++ b/dags/com.example.demo/dev/edited.py
                  @@ -1 +1 @@
                  -by hand
                  +x
              - dags/com.example.demo/dev/gone.py (DAG gone__dev)
              + dags/com.example.demo/dev/lost.py (DAG lost__dev): somebody removed it by hand
              + dags/com.example.demo/dev/new.py (DAG new__dev)
              ! a run is active
            2 to add, 2 to change, 1 to remove, 0 unchanged."""
                .formatted("a".repeat(64)));
  }

  @Test
  void readsOneArchiveHoweverManyFilesChange() {
    deploy(Map.of("a.py", "1", "b.py", "1", "c.py", "1"));
    bucket.clearCalls();

    lines(Map.of("a.py", "2", "b.py", "2", "c.py", "2"), List.of());

    assertThat(bucket.calls())
        .containsExactly(
            "list " + FOLDER,
            "find " + Samples.RECORD,
            "read " + Samples.RECORD,
            "read " + Samples.archive(1));
  }

  @Test
  void saysThatNothingIsToBeDone() {
    deploy(Map.of("a.py", "1"));

    assertThat(lines(Map.of("a.py", "1"), List.of()))
        .last()
        .isEqualTo("No changes: the bucket is as it was built.");
    assertThat(document(prepare(Map.of("a.py", "1"))).hasChanges()).isFalse();
    assertThat(document(prepare(Map.of("a.py", "2"))).hasChanges()).isTrue();
    ImagePlan push = new ImagePlan("r:1", Samples.DIGEST, ImagePlan.Action.PUSH);
    assertThat(PlanDocument.of("b", push, prepare(Map.of("a.py", "1"))).hasChanges()).isTrue();
  }

  @Test
  void aReviewedPlanIsAppliedIfTheWorldIsTheSame() throws Exception {
    deploy(Map.of("a.py", "1", "b.py", "1"));
    PlanDocument reviewed = written(prepare(Map.of("a.py", "2")));

    // What others do in our folder is not part of it.
    bucket.put(FOLDER + "foreign.py", Samples.bytes("foreign"), Map.of());

    assertThatCode(() -> reviewed.requireSame(prepare(Map.of("a.py", "2")), bucket.name()))
        .doesNotThrowAnyException();
  }

  @Test
  void aReviewedPlanIsRefusedIfTheWorldHasMoved() throws Exception {
    deploy(Map.of("a.py", "1", "b.py", "1"));
    PlanDocument reviewed = written(prepare(Map.of("a.py", "2", "b.py", "1")));

    assertThatThrownBy(
            () -> reviewed.requireSame(prepare(Map.of("a.py", "3", "c.py", "1")), bucket.name()))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("a.py is not as it was")
        .hasMessageContaining("b.py is not as it was")
        .hasMessageContaining("c.py was not there")
        .hasMessageContaining("docs/troubleshooting.md#plan-outdated");

    bucket.put(FOLDER + "b.py", Samples.bytes("by hand"), Map.of());
    assertThatThrownBy(
            () -> reviewed.requireSame(prepare(Map.of("a.py", "2", "b.py", "1")), bucket.name()))
        .hasMessageContaining("b.py is not as it was");

    deploy(Map.of("a.py", "1", "b.py", "1"));
    assertThatThrownBy(
            () -> reviewed.requireSame(prepare(Map.of("a.py", "2", "b.py", "1")), "gs://other"))
        .hasMessageContaining(
            "it was made for gs://in-memory, but this deployment is to gs://other")
        .hasMessageContaining(
            "the deployment record has changed since; the last deployment is number 2 (version");
  }

  @Test
  void aPlanThatIsMissingIsToldHowToBeMade() {
    assertThatThrownBy(() -> PlanDocument.read(folder.resolve("plan.json")))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("mvn bigflow:plan");
  }

  @Test
  void aFileThatIsNoPlanIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("image.json"), "{\"digest\": \"sha256:1\"}");

    assertThatThrownBy(() -> PlanDocument.read(file))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("image.json' cannot be used: ")
        .hasMessageContaining("usually target/bigflow/plan.json");
  }

  private PlanDocument written(PreparedDeployment prepared) throws Exception {
    Path file = folder.resolve("plan.json");
    SpecJson.write(document(prepared), file);
    assertThat(Files.readString(file)).contains("\"change\" : \"changed\"");
    return PlanDocument.read(file);
  }

  private PlanDocument document(PreparedDeployment prepared) {
    return PlanDocument.of(bucket.name(), IMAGE, prepared);
  }

  private List<String> lines(Map<String, String> files, List<String> workInProgress) {
    PreparedDeployment prepared = prepare(files);
    return PlanText.lines(
        document(prepared), prepared, bucket, DriftPolicy.OVERWRITE, workInProgress, progress);
  }

  private PreparedDeployment prepare(Map<String, String> files) {
    return deployer.prepare(Samples.files(files), Scope.ALL);
  }

  private void deploy(Map<String, String> files) {
    deployer.apply(prepare(files));
  }
}
