// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.deploy.PlannedChange.Added;
import io.bigflow.deploy.PlannedChange.Changed;
import io.bigflow.deploy.PlannedChange.Conflict;
import io.bigflow.deploy.PlannedChange.Foreign;
import io.bigflow.deploy.PlannedChange.Removed;
import io.bigflow.deploy.PlannedChange.Unchanged;
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
        DagPlanner.plan(
            Samples.files(Map.of("new.py", "n", "changed.py", "c2", "same.py", "s")),
            List.of(
                object("changed.py", "c1", 7, Samples.metadata("changed.py")),
                object("same.py", "s", 8, Samples.metadata("same.py")),
                object("gone.py", "g", 9, Samples.metadata("gone.py"))));

    assertThat(plan.changes())
        .containsExactly(
            new Changed(
                FOLDER + "changed.py",
                "changed__dev",
                md5("c2"),
                Samples.metadata("changed.py"),
                7,
                true),
            new Removed(FOLDER + "gone.py", 9),
            new Added(FOLDER + "new.py", "new__dev", md5("n"), Samples.metadata("new.py")),
            new Unchanged(FOLDER + "same.py"));
    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.conflicts("gs://b")).isEmpty();
  }

  @Test
  void writesAnObjectAgainWhoseMetadataOrHashIsNotAsItShouldBe() {
    Map<String, String> old = new HashMap<>(Samples.metadata("a.py"));
    old.put("bigflow-version", "0.9");
    DagFiles files = Samples.files(Map.of("a.py", "a", "b.py", "b"));
    DeployPlan plan =
        DagPlanner.plan(
            files,
            List.of(
                object("a.py", "a", 1, old),
                new BucketObject(FOLDER + "b.py", "", 2, Samples.metadata("b.py"))));

    assertThat(plan.changes(Changed.class))
        .extracting(Changed::path, Changed::contentDiffers)
        .containsExactly(Tuple.tuple(FOLDER + "a.py", false), Tuple.tuple(FOLDER + "b.py", true));
  }

  @Test
  void metadataThatOtherToolsAddedIsNoChange() {
    Map<String, String> more = new HashMap<>(Samples.metadata("a.py"));
    more.put("goog-reserved-file-mtime", "1700000000");

    DeployPlan plan =
        DagPlanner.plan(Samples.files(Map.of("a.py", "a")), List.of(object("a.py", "a", 1, more)));

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.needsImage()).isTrue();
  }

  @Test
  void leavesWhatIsNotOurs() {
    DeployPlan plan =
        DagPlanner.plan(
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
    assertThat(plan.needsImage()).isFalse();
  }

  @Test
  void whatLiesOutsideTheFolderIsNoPartOfAPlanWhateverItsMetadataSay() {
    DeployPlan plan =
        DagPlanner.plan(
            Samples.files(Map.of()),
            List.of(
                new BucketObject("dags/airflow_monitoring.py", "", 1, Samples.metadata("x.py")),
                new BucketObject("dags/com.example.demo/x.py", "", 1, Samples.metadata("x.py")),
                new BucketObject(
                    "dags/com.example.demo/dev2/x.py", "", 1, Samples.metadata("x.py"))));

    assertThat(plan.changes()).isEmpty();
  }

  @Test
  void saysWhoOwnsWhatIsInTheWay() {
    DeployPlan plan =
        DagPlanner.plan(
            Samples.files(Map.of("a.py", "a", "b.py", "b")),
            List.of(
                object("a.py", "a", 1, Map.of()),
                object("b.py", "b", 2, Map.of("bigflow-owner", "com:example.demo/dev"))));

    assertThat(plan.changes())
        .containsExactly(
            new Conflict(FOLDER + "a.py", ""),
            new Conflict(FOLDER + "b.py", "com:example.demo/dev"));
    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.conflicts("gs://b").get(0).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/a.py': an object of this name is there \
            and has no mark of 'com.example:demo/dev', so somebody uploaded or edited it by other \
            means.
              where: gs://b/dags/com.example.demo/dev/a.py
              fix:   If nobody needs that object, remove it, then run the same command again.
              more:  docs/troubleshooting.md#deploy-conflict""");
    assertThat(plan.conflicts("gs://b").get(1).text())
        .isEqualTo(
            """
            Cannot deploy 'gs://b/dags/com.example.demo/dev/b.py': an object of this name is there \
            and belongs to 'com:example.demo/dev', not to 'com.example:demo/dev'.
              where: gs://b/dags/com.example.demo/dev/b.py
              fix:   Give this project another artifactId or env, or remove the other project's \
            object.
              more:  docs/troubleshooting.md#deploy-conflict""");
  }

  private static BucketObject object(
      String name, String text, long generation, Map<String, String> metadata) {
    return new BucketObject(FOLDER + name, md5(text), generation, metadata);
  }

  private static String md5(String text) {
    return ContentHash.md5(Samples.bytes(text));
  }
}
