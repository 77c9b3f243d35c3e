// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.deploy.PlannedChange.Added;
import io.bigflow.deploy.PlannedChange.Changed;
import io.bigflow.deploy.PlannedChange.Conflict;
import io.bigflow.deploy.PlannedChange.Foreign;
import io.bigflow.deploy.PlannedChange.Removed;
import io.bigflow.deploy.PlannedChange.Unchanged;
import io.bigflow.spec.SpecJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class DagPlannerTest {

  private static final String FOLDER = Samples.FOLDER;

  @Test
  void tellsWhatIsNewChangedGoneAndTheSame() {
    DeployPlan plan =
        plan(
            Samples.files(Map.of("new.py", "n", "changed.py", "c2", "same.py", "s")),
            List.of(
                object("changed.py", "c1", 7, Samples.metadata("changed.py", "c1")),
                object("same.py", "s", 8, Samples.metadata("same.py", "s")),
                object("gone.py", "g", 9, Samples.metadata("gone.py", "g"))));

    assertThat(plan.changes())
        .containsExactly(
            new Changed(
                FOLDER + "changed.py",
                "changed__dev",
                md5("c2"),
                Samples.metadata("changed.py", "c2"),
                7,
                true,
                Drift.NONE),
            new Removed(FOLDER + "gone.py", "gone__dev", 9, Drift.NONE),
            new Added(
                FOLDER + "new.py",
                "new__dev",
                md5("n"),
                Samples.metadata("new.py", "n"),
                Drift.NONE),
            new Unchanged(FOLDER + "same.py", "same__dev", md5("s"), 8));
    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.conflicts("gs://b", DriftPolicy.OVERWRITE)).isEmpty();
  }

  @Test
  void writesAnObjectAgainWhoseMetadataOrHashIsNotAsItShouldBe() {
    Map<String, String> old = new HashMap<>(Samples.metadata("a.py", "a"));
    old.put("bigflow-version", "0.9");
    DagFiles files = Samples.files(Map.of("a.py", "a", "b.py", "b"));
    DeployPlan plan =
        plan(
            files,
            List.of(
                object("a.py", "a", 1, old),
                new BucketObject(FOLDER + "b.py", "", 2, Samples.metadata("b.py", "b"))));

    assertThat(plan.changes(Changed.class))
        .extracting(Changed::path, Changed::contentDiffers)
        .containsExactly(Tuple.tuple(FOLDER + "a.py", false), Tuple.tuple(FOLDER + "b.py", true));
  }

  @Test
  void metadataThatOtherToolsAddedIsNoChange() {
    Map<String, String> more = new HashMap<>(Samples.metadata("a.py", "a"));
    more.put("goog-reserved-file-mtime", "1700000000");

    DeployPlan plan =
        plan(Samples.files(Map.of("a.py", "a")), List.of(object("a.py", "a", 1, more)));

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.images()).containsExactly(Samples.REPOSITORY + "@" + Samples.DIGEST);
  }

  @Test
  void leavesWhatIsNotOurs() {
    DeployPlan plan =
        plan(
            Samples.files(Map.of()),
            List.of(
                object("", "", 1, Map.of()),
                object("by_hand.py", "x", 2, Map.of()),
                object("of_prod.py", "x", 3, Map.of("bigflow-owner", "com.example:demo/prod"))));

    assertThat(plan.changes())
        .containsExactly(
            new Foreign(FOLDER, ""),
            new Foreign(FOLDER + "by_hand.py", ""),
            new Foreign(FOLDER + "of_prod.py", "com.example:demo/prod"));
    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.images()).isEmpty();
  }

  @Test
  void whatLiesOutsideTheFolderIsNoPartOfAPlanWhateverItsMetadataSay() {
    DeployPlan plan =
        plan(
            Samples.files(Map.of()),
            List.of(
                new BucketObject(
                    "dags/airflow_monitoring.py", "", 1, Samples.metadata("x.py", "x")),
                new BucketObject(
                    "dags/com.example.demo/x.py", "", 1, Samples.metadata("x.py", "x")),
                new BucketObject(
                    "dags/com.example.demo/dev2/x.py", "", 1, Samples.metadata("x.py", "x"))));

    assertThat(plan.changes()).isEmpty();
  }

  @Test
  void saysWhoOwnsWhatIsInTheWay() {
    DeployPlan plan =
        plan(
            Samples.files(Map.of("a.py", "a", "b.py", "b")),
            List.of(
                object("a.py", "a", 1, Map.of()),
                object("b.py", "b", 2, Map.of("bigflow-owner", "com:example.demo/dev"))));

    assertThat(plan.changes())
        .containsExactly(
            new Conflict(FOLDER + "a.py", ""),
            new Conflict(FOLDER + "b.py", "com:example.demo/dev"));
    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.conflicts("gs://b", DriftPolicy.OVERWRITE).get(0).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/a.py': an object of this name is there \
            and has no mark of 'com.example:demo/dev', so somebody uploaded or edited it by other \
            means.
              where: gs://b/dags/com.example.demo/dev/a.py
              fix:   If nobody needs that object, remove it, then run the same command again.
              more:  docs/troubleshooting.md#deploy-conflict""");
    assertThat(plan.conflicts("gs://b", DriftPolicy.OVERWRITE).get(1).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/b.py': an object of this name is there \
            and belongs to 'com:example.demo/dev', not to 'com.example:demo/dev'.
              where: gs://b/dags/com.example.demo/dev/b.py
              fix:   Give this project another artifactId or env, or remove the other project's \
            object.
              more:  docs/troubleshooting.md#deploy-conflict""");
  }

  @Test
  void aFileThatWasEditedByHandIsStillOurs() {
    RecordedState recorded = recorded(Map.of("a.py", "a", "b.py", "b", "c.py", "c"));
    DeployPlan plan =
        DagPlanner.plan(
            Samples.files(Map.of("a.py", "a", "c.py", "c")),
            Scope.ALL,
            recorded,
            List.of(
                object("a.py", "edited", 50, Map.of()),
                object("b.py", "edited", 51, Samples.metadata("b.py", "b"))));

    assertThat(plan.changes())
        .containsExactly(
            new Changed(
                FOLDER + "a.py",
                "a__dev",
                md5("a"),
                Samples.metadata("a.py", "a"),
                50,
                true,
                Drift.EDITED),
            new Removed(FOLDER + "b.py", "b__dev", 51, Drift.EDITED),
            new Added(
                FOLDER + "c.py", "c__dev", md5("c"), Samples.metadata("c.py", "c"), Drift.REMOVED));
    assertThat(plan.conflicts("gs://b", DriftPolicy.OVERWRITE)).isEmpty();
    assertThat(plan.conflicts("gs://b", DriftPolicy.REFUSE)).hasSize(2);
    assertThat(plan.conflicts("gs://b", DriftPolicy.REFUSE).get(0).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/a.py': somebody edited it by hand \
            since it was deployed.
              where: gs://b/dags/com.example.demo/dev/a.py
              fix:   See the difference with mvn bigflow:plan, take it over into the workflow, \
            then overwrite it with -Dbigflow.deploy.drift=overwrite.
              more:  docs/troubleshooting.md#deploy-drift""");
  }

  @Test
  void aRecordedFileWithAnothersMarkIsTheirs() {
    Map<String, String> theirs = Map.of("bigflow-owner", "other:project/dev");
    DeployPlan plan =
        DagPlanner.plan(
            Samples.files(Map.of("a.py", "a")),
            Scope.ALL,
            recorded(Map.of("a.py", "a", "b.py", "b")),
            List.of(object("a.py", "a", 50, theirs), object("b.py", "b", 51, theirs)));

    assertThat(plan.changes())
        .containsExactly(
            new Conflict(FOLDER + "a.py", "other:project/dev"),
            new Foreign(FOLDER + "b.py", "other:project/dev"));
  }

  @Test
  void workflowsOutsideTheScopeKeepWhatTheyHave() {
    DagFiles files = Samples.files(Map.of("a.py", "2", "b.py", "2", "c.py", "2"));
    DeployPlan plan =
        DagPlanner.plan(
            files,
            Scope.of(List.of("a"), files),
            recorded(Map.of("a.py", "1", "b.py", "1", "gone.py", "1")),
            List.of(
                object("a.py", "1", 10, Samples.metadata("a.py", "1")),
                object("b.py", "1", 11, Samples.metadata("b.py", "1")),
                object("gone.py", "1", 12, Samples.metadata("gone.py", "1")),
                object("hand.py", "1", 13, Map.of())));

    assertThat(plan.changes())
        .containsExactly(
            new Changed(
                FOLDER + "a.py",
                "a__dev",
                md5("2"),
                Samples.metadata("a.py", "2"),
                10,
                true,
                Drift.NONE),
            new PlannedChange.Kept(FOLDER + "b.py"),
            new PlannedChange.Kept(FOLDER + "gone.py"),
            new Foreign(FOLDER + "hand.py", ""));
    assertThatThrownBy(() -> Scope.of(List.of("a", "nobody"), files))
        .hasMessageContaining("No workflow 'nobody' was built")
        .hasMessageContaining("Built are: a, b, c");
  }

  @Test
  void aDagIdOfAnotherOwnerIsNotTakenOver() {
    BucketObject theirs =
        new BucketObject(
            "dags/com.example.other/dev/x.py",
            md5("x"),
            1,
            Map.of("bigflow-owner", "com.example:other/dev", "bigflow-dag-id", "a__dev"));
    BucketObject unmarked =
        new BucketObject("dags/hand/b.py", md5("x"), 1, Map.of("bigflow-dag-id", "b__dev"));
    DeployPlan plan =
        plan(Samples.files(Map.of("a.py", "a", "b.py", "b")), List.of(theirs, unmarked));

    assertThat(plan.changes())
        .first()
        .isEqualTo(
            new PlannedChange.DagIdTaken(
                FOLDER + "a.py",
                "a__dev",
                "com.example:other/dev",
                "dags/com.example.other/dev/x.py"));
    assertThat(plan.changes(Added.class)).hasSize(1);
    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.conflicts("gs://b", DriftPolicy.OVERWRITE).get(0).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/a.py': its DAG id 'a__dev' is taken by \
            'com.example:other/dev'.
              where: gs://b/dags/com.example.other/dev/x.py
              fix:   Rename the workflow, or give the project DAG ids of its own: \
            bigflow.dagIdPattern, for example {artifactId}__{workflow}__{env}.
              more:  docs/troubleshooting.md#deploy-conflict""");
  }

  @Test
  void aPlanIsTheSameAfterItWasWrittenAndRead() throws Exception {
    DeployPlan plan =
        DagPlanner.plan(
            Samples.files(Map.of("a.py", "a", "c.py", "c", "d.py", "d", "e.py", "e")),
            Scope.ALL,
            recorded(Map.of("a.py", "a", "b.py", "b")),
            List.of(
                object("a.py", "edited", 50, Map.of()),
                object("b.py", "b", 51, Samples.metadata("b.py", "b")),
                object("c.py", "c", 52, Samples.metadata("c.py", "c")),
                object("d.py", "d", 53, Map.of()),
                object("other.py", "d", 54, Map.of())));

    assertThat(SpecJson.read(SpecJson.write(plan), DeployPlan.class, "plan")).isEqualTo(plan);
  }

  private static DeployPlan plan(DagFiles files, List<BucketObject> actual) {
    return DagPlanner.plan(files, Scope.ALL, RecordedState.none(files.owner()), actual);
  }

  private static RecordedState recorded(Map<String, String> texts) {
    DagFiles files = Samples.files(texts);
    List<DeploymentRecord.File> recorded =
        files.entries().stream()
            .map(
                entry ->
                    new DeploymentRecord.File(
                        entry, ContentHash.md5(files.content(entry.path())), 7))
            .toList();
    return new RecordedState(new DeploymentRecord(1, Samples.MARK, null, recorded, null), 1, 0);
  }

  private static BucketObject object(
      String name, String text, long generation, Map<String, String> metadata) {
    return new BucketObject(FOLDER + name, md5(text), generation, metadata);
  }

  private static String md5(String text) {
    return ContentHash.md5(Samples.bytes(text));
  }
}
