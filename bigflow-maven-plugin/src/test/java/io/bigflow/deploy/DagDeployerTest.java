// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.deploy.DeployReport.Action;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.RecordingProgress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class DagDeployerTest {

  private static final String FOLDER = Samples.FOLDER;

  private final InMemoryDagBucket bucket = new InMemoryDagBucket();
  private final Samples.InMemoryRegistry registry = new Samples.InMemoryRegistry();
  private final RecordingProgress progress = new RecordingProgress();

  @Test
  void writesFirstAndRemovesLast() {
    put("z_changed.py", "1");
    put("a_gone.py", "1");
    put("same.py", "1");
    bucket.put("dags/airflow_monitoring.py", Samples.bytes("liveness"), Map.of());
    bucket.put(FOLDER + "by_hand.py", Samples.bytes("hand"), Map.of());

    DeployReport report =
        deploy(Samples.files(Map.of("z_changed.py", "2", "new.py", "1", "same.py", "1")));

    assertThat(bucket.calls())
        .containsExactly(
            "list " + FOLDER,
            "write " + FOLDER + "new.py",
            "write " + FOLDER + "z_changed.py",
            "delete " + FOLDER + "a_gone.py");
    assertThat(bucket.objects())
        .containsOnlyKeys(
            "dags/airflow_monitoring.py",
            FOLDER + "by_hand.py",
            FOLDER + "new.py",
            FOLDER + "same.py",
            FOLDER + "z_changed.py");
    InMemoryDagBucket.Stored written = bucket.object(FOLDER + "new.py");
    assertThat(written.contentType()).isEqualTo("text/x-python");
    assertThat(written.metadata()).isEqualTo(Samples.metadata("new.py"));
    assertThat(report.items())
        .extracting(DeployReport.Item::path, DeployReport.Item::action)
        .containsExactly(
            Tuple.tuple(FOLDER + "a_gone.py", Action.REMOVED),
            Tuple.tuple(FOLDER + "new.py", Action.ADDED),
            Tuple.tuple(FOLDER + "same.py", Action.UNCHANGED),
            Tuple.tuple(FOLDER + "z_changed.py", Action.CHANGED));
    assertThat(progress.lines())
        .containsExactly(
            "say Deploying 3 DAG files of com.example:demo 1.0 (env dev) to gs://in-memory",
            "detail   not ours, left as it is: " + FOLDER + "by_hand.py",
            "step uploading DAG files: 2 of 2",
            "step removing DAG files: 1 of 1",
            "say   added " + FOLDER + "new.py",
            "say   changed " + FOLDER + "z_changed.py",
            "say   removed " + FOLDER + "a_gone.py",
            "say Deployed to gs://in-memory: 1 added, 1 changed, 1 removed, 1 unchanged in 0.0 s");
  }

  @Test
  void aSecondDeploymentOnlyLooks() {
    DagFiles files = Samples.files(Map.of("a.py", "1"));
    deploy(files);
    bucket.clearCalls();

    DeployReport report = deploy(files);

    assertThat(bucket.calls()).containsExactly("list " + FOLDER);
    assertThat(report.count(Action.UNCHANGED)).isEqualTo(1);
    assertThat(progress.said())
        .last()
        .isEqualTo("Nothing to change: gs://in-memory is as it was built");
  }

  @Test
  void refusesDagsWhoseImageIsAbsent() {
    registry.digests.clear();

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1"))))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot deploy DAGs to 'gs://in-memory': their image \
            'registry.example.com/team/demo@sha256:%s' is absent from the registry, so nothing was \
            changed.
              where: registry.example.com
              fix:   Push it first: mvn bigflow:deploy-image.
              more:  docs/troubleshooting.md#image-absent"""
                .formatted("a".repeat(64)));
    assertThat(bucket.objects()).isEmpty();
  }

  @Test
  void anImageIsNeededAlsoWhenNothingChanges() {
    DagFiles files = Samples.files(Map.of("a.py", "1"));
    deploy(files);
    registry.digests.clear();

    assertThatThrownBy(() -> deploy(files)).hasMessageContaining("is absent from the registry");
  }

  @Test
  void whoOnlyRemovesNeedsNoImage() {
    put("gone.py", "1");
    registry.digests.clear();

    deploy(Samples.files(Map.of()));

    assertThat(bucket.objects()).isEmpty();
  }

  @Test
  void changesNothingWhenSomebodyElsesObjectIsInTheWay() {
    bucket.put(FOLDER + "a.py", Samples.bytes("x"), Map.of("bigflow-owner", "other:project/dev"));
    put("gone.py", "1");

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1", "b.py", "1"))))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith("Cannot deploy to gs://in-memory; nothing was changed\n\n1. Cannot")
        .hasMessageContaining("belongs to 'other:project/dev', not to 'com.example:demo/dev'");
    assertThat(bucket.calls()).containsExactly("list " + FOLDER);
  }

  @Test
  void finishesWhatIsIndependentAndTellsWhatIsDone() {
    put("gone.py", "1");
    bucket.before(
        call -> {
          if (call.endsWith("/b.py")) {
            throw BigflowException.of(Problem.of("b.py is denied", "gs://in-memory", "Ask"));
          }
        });
    DagFiles files = Samples.files(Map.of("a.py", "1", "b.py", "1", "c.py", "1"));

    assertThatThrownBy(() -> deploy(files))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot bring 'gs://in-memory/dags/com.example.demo/dev/' to the planned state: 1 change \
            failed, 1 removal left for later, 2 done. Run the same command again: it goes on from \
            there.
              done:  added dags/com.example.demo/dev/a.py
              done:  added dags/com.example.demo/dev/c.py

            1. b.py is denied.
                 where: gs://in-memory
                 fix:   Ask.""");
    assertThat(bucket.objects())
        .containsOnlyKeys(FOLDER + "a.py", FOLDER + "c.py", FOLDER + "gone.py");

    bucket.before(call -> {});
    deploy(files);
    assertThat(bucket.objects())
        .containsOnlyKeys(FOLDER + "a.py", FOLDER + "b.py", FOLDER + "c.py");
  }

  @Test
  void givesUpWhenNothingWorksAnyMore() {
    bucket.before(
        call -> {
          throw BigflowException.of(Problem.of("unreachable " + call, "", ""));
        });
    Map<String, String> many = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      many.put("f" + i + ".py", "1");
    }
    DagFiles files = Samples.files(many);
    DagDeployer oneThread = new DagDeployer(bucket, registry, progress, 1, System::nanoTime);

    assertThatThrownBy(() -> oneThread.apply(oneThread.plan(files), files))
        .hasMessageStartingWith(
            "Cannot bring 'gs://in-memory/dags/com.example.demo/dev/' to the planned state: 10"
                + " changes failed, 90 not tried after so many failures in a row, 0 done.");
  }

  @Test
  void anObjectThatChangedSinceThePlanIsLeft() {
    put("a.py", "1");
    DagFiles files = Samples.files(Map.of("a.py", "2"));
    DagDeployer deployer = new DagDeployer(bucket, registry, progress);
    DeployPlan plan = deployer.plan(files);
    put("a.py", "of another deployment");

    assertThatThrownBy(() -> deployer.apply(plan, files))
        .hasMessageContaining("somebody else changed this object a moment ago")
        .hasMessageContaining("#deploy-conflict");
    assertThat(bucket.read(FOLDER + "a.py")).hasValue(Samples.bytes("of another deployment"));
  }

  @Test
  void writesSeveralAtATime() {
    CountDownLatch together = new CountDownLatch(4);
    bucket.before(
        call -> {
          together.countDown();
          try {
            assertThat(together.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });

    DagFiles files = Samples.files(Map.of("a.py", "1", "b.py", "1", "c.py", "1", "d.py", "1"));
    DagDeployer deployer = new DagDeployer(bucket, registry, progress);
    deployer.apply(deployer.plan(files), files);

    assertThat(bucket.objects()).hasSize(4);
  }

  @Test
  void aDefectIsNotTakenForAFailedUpload() {
    bucket.before(
        call -> {
          throw new IllegalArgumentException("defect");
        });

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1"))))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("defect");
  }

  @Test
  void refusesAPlanOfOtherFiles() {
    DagDeployer deployer = new DagDeployer(bucket, registry, progress);
    DeployPlan plan = deployer.plan(Samples.files(Map.of("a.py", "1")));

    assertThatThrownBy(() -> deployer.apply(plan, Samples.files(Map.of("a.py", "2"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> deployer.apply(plan, Samples.files("prod", Map.of("a.py", "1"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(bucket.objects()).isEmpty();
  }

  @Test
  void aLongListIsShortened() {
    Map<String, String> many = new TreeMap<>();
    for (int i = 10; i < 40; i++) {
      many.put("f" + i + ".py", "1");
    }

    deploy(Samples.files(many));

    assertThat(progress.said()).hasSize(13).contains("  and 20 more");
  }

  /** With one thread and no time, so that order and durations are always the same. */
  private DeployReport deploy(DagFiles files) {
    DagDeployer deployer = new DagDeployer(bucket, registry, progress, 1, () -> 0);
    return deployer.apply(deployer.plan(files), files);
  }

  private void put(String name, String text) {
    bucket.put(FOLDER + name, Samples.bytes(text), Samples.metadata(name));
  }
}
