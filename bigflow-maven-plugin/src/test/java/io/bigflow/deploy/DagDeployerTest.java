// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.deploy.DeployReport.Action;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.RecordingProgress;
import io.bigflow.spec.SpecJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class DagDeployerTest {

  private static final String FOLDER = Samples.FOLDER;
  private static final Owner OWNER = new Owner("com.example:demo", "dev");

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
            "find " + Samples.RECORD,
            "list bigflow/com.example.demo/dev/deployments/",
            "list dags/",
            "write " + Samples.RECORD,
            "write " + FOLDER + "new.py",
            "write " + FOLDER + "z_changed.py",
            "find " + Samples.RECORD,
            "delete " + FOLDER + "a_gone.py",
            "find " + Samples.RECORD,
            "write " + Samples.archive(1),
            "write " + Samples.RECORD,
            "list bigflow/com.example.demo/dev/deployments/");
    assertThat(bucket.objects())
        .containsOnlyKeys(
            Samples.archive(1),
            Samples.RECORD,
            "dags/airflow_monitoring.py",
            FOLDER + "by_hand.py",
            FOLDER + "new.py",
            FOLDER + "same.py",
            FOLDER + "z_changed.py");
    InMemoryDagBucket.Stored written = bucket.object(FOLDER + "new.py");
    assertThat(written.contentType()).isEqualTo("text/x-python");
    assertThat(written.metadata()).isEqualTo(Samples.metadata("new.py", "1"));
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
            "say Deployed to gs://in-memory as number 1: 1 added, 1 changed, 1 removed, 1 unchanged in 0.0 s");
  }

  @Test
  void aSecondDeploymentOnlyLooks() {
    DagFiles files = Samples.files(Map.of("a.py", "1"));
    deploy(files);
    bucket.clearCalls();

    DeployReport report = deploy(files);

    assertThat(bucket.calls())
        .containsExactly("list " + FOLDER, "find " + Samples.RECORD, "read " + Samples.RECORD);
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

    assertThat(bucket.objects()).containsOnlyKeys(Samples.RECORD, Samples.archive(1));
  }

  @Test
  void changesNothingWhenSomebodyElsesObjectIsInTheWay() {
    bucket.put(FOLDER + "a.py", Samples.bytes("x"), Map.of("bigflow-owner", "other:project/dev"));
    put("gone.py", "1");

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1", "b.py", "1"))))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith("Cannot deploy to gs://in-memory; nothing was changed\n\n1. Cannot")
        .hasMessageContaining("belongs to 'other:project/dev', not to 'com.example:demo/dev'");
    assertThat(bucket.calls()).noneMatch(call -> call.startsWith("write"));
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
        .containsOnlyKeys(Samples.RECORD, FOLDER + "a.py", FOLDER + "c.py", FOLDER + "gone.py");
    assertThat(record().claim()).as("given back").isNull();

    bucket.before(call -> {});
    deploy(files);
    assertThat(bucket.objects())
        .containsOnlyKeys(
            Samples.RECORD, Samples.archive(1), FOLDER + "a.py", FOLDER + "b.py", FOLDER + "c.py");
  }

  @Test
  void givesUpWhenNothingWorksAnyMore() {
    bucket.before(
        call -> {
          if (call.contains(FOLDER)) {
            throw BigflowException.of(Problem.of("unreachable " + call, "", ""));
          }
        });
    Map<String, String> many = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      many.put("f" + i + ".py", "1");
    }
    DagFiles files = Samples.files(many);

    assertThatThrownBy(() -> deploy(files))
        .hasMessageStartingWith(
            "Cannot bring 'gs://in-memory/dags/com.example.demo/dev/' to the planned state: 10"
                + " changes failed, 90 not tried after so many failures in a row, 0 done.");
  }

  @Test
  void anObjectThatChangedSinceThePlanIsLeft() {
    put("a.py", "1");
    DagDeployer deployer = deployer(1);
    PreparedDeployment prepared = deployer.prepare(Samples.files(Map.of("a.py", "2")), Scope.ALL);
    put("a.py", "of another deployment");

    assertThatThrownBy(() -> deployer.apply(prepared))
        .hasMessageContaining("somebody else changed this object a moment ago")
        .hasMessageContaining("#deploy-conflict");
    assertThat(bucket.read(FOLDER + "a.py")).hasValue(Samples.bytes("of another deployment"));
  }

  @Test
  void writesSeveralAtATime() {
    CountDownLatch together = new CountDownLatch(4);
    bucket.before(
        call -> {
          if (!call.contains(FOLDER)) {
            return;
          }
          together.countDown();
          try {
            assertThat(together.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });

    DagDeployer deployer = deployer(4);
    deployer.apply(
        deployer.prepare(
            Samples.files(Map.of("a.py", "1", "b.py", "1", "c.py", "1", "d.py", "1")), Scope.ALL));

    assertThat(bucket.objects()).hasSize(6);
  }

  @Test
  void aDefectIsNotTakenForAFailedUpload() {
    bucket.before(
        call -> {
          if (call.contains(FOLDER)) {
            throw new IllegalArgumentException("defect");
          }
        });

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1"))))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("defect");
  }

  @Test
  void theRecordSaysWhatIsThere() {
    deploy(Samples.files(Map.of("a.py", "1", "b.py", "1")));
    deploy(Samples.files(Map.of("a.py", "2")));

    DeploymentRecord record = record();
    assertThat(record.claim()).isNull();
    assertThat(record.last())
        .isEqualTo(
            new Deployment(
                2,
                Deployment.Kind.DEPLOY,
                0,
                "1.0",
                "0123456789abcdef",
                false,
                "alice",
                "2026-01-01T00:00:00Z",
                "0.1.0",
                1));
    assertThat(record.files())
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.path()).isEqualTo(FOLDER + "a.py");
              assertThat(file.generation()).isEqualTo(bucket.object(FOLDER + "a.py").generation());
              assertThat(file.md5()).isEqualTo(ContentHash.md5(Samples.bytes("2")));
            });
    assertThat(store().history()).extracting(Deployment::number).containsExactly(2, 1);
    DagFiles first = store().readArchive(1).orElseThrow().files(OWNER, "first");
    assertThat(first.content(FOLDER + "b.py")).isEqualTo(Samples.bytes("1"));
    assertThat(first.entries()).hasSize(2);
  }

  @Test
  void anEarlierDeploymentComesBackByteForByte() {
    deploy(Samples.files(Map.of("a.py", "1", "b.py", "1")));
    deploy(Samples.files(Map.of("a.py", "2", "c.py", "2")));
    DagDeployer deployer = deployer(1);

    DagFiles first = store().readArchive(1).orElseThrow().files(OWNER, "first");
    deployer.apply(deployer.prepare(first, Scope.ALL), Deployment.Kind.ROLLBACK, 1);

    assertThat(bucket.objects().keySet().stream().filter(path -> path.startsWith("dags/")))
        .containsExactly(FOLDER + "a.py", FOLDER + "b.py");
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("1"));
    assertThat(store().history().get(0))
        .extracting(Deployment::number, Deployment::kind, Deployment::restored)
        .containsExactly(3, Deployment.Kind.ROLLBACK, 1);
  }

  @Test
  void aPartialDeploymentKeepsTheRestAndArchivesAllOfIt() {
    deploy(Samples.files(Map.of("a.py", "1", "b.py", "1", "gone.py", "1")));
    DagFiles files = Samples.files(Map.of("a.py", "2", "b.py", "2"));
    DagDeployer deployer = deployer(1);
    Scope onlyA = Scope.of(List.of("a"), files);

    deployer.apply(deployer.prepare(files, onlyA));

    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("2"));
    assertThat(bucket.object(FOLDER + "b.py").content()).isEqualTo(Samples.bytes("1"));
    assertThat(record().files())
        .extracting(DeploymentRecord.File::path)
        .containsExactly(FOLDER + "a.py", FOLDER + "b.py", FOLDER + "gone.py");
    DagFiles archived = store().readArchive(2).orElseThrow().files(OWNER, "second");
    assertThat(archived.content(FOLDER + "a.py")).isEqualTo(Samples.bytes("2"));
    assertThat(archived.content(FOLDER + "b.py")).isEqualTo(Samples.bytes("1"));
    assertThat(deployer.prepare(files, onlyA).isDone()).isTrue();
    assertThat(deployer.prepare(files, Scope.ALL).isDone()).isFalse();
  }

  @Test
  void whatWasEditedByHandIsOverwrittenAndKept() {
    DagFiles files = Samples.files(Map.of("a.py", "1"));
    deploy(files);
    bucket.put(FOLDER + "a.py", Samples.bytes("by hand"), Map.of());
    DagDeployer careful =
        new DagDeployer(
            bucket,
            registry,
            WorkInProgress.IGNORED,
            Samples.options().withDrift(DriftPolicy.REFUSE),
            progress);

    assertThatThrownBy(() -> careful.apply(careful.prepare(files, Scope.ALL)))
        .hasMessageContaining("somebody edited it by hand");
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("by hand"));

    deploy(files);
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("1"));
    assertThat(store().readArchive(2).orElseThrow().content("edited/" + FOLDER + "a.py"))
        .hasValue(Samples.bytes("by hand"));
    assertThat(progress.lines()).anyMatch(line -> line.contains("a.py was edited by hand"));
  }

  @Test
  void aLostRecordIsMadeAnewFromTheMarks() {
    DagFiles files = Samples.files(Map.of("a.py", "1", "b.py", "1"));
    deploy(files);
    bucket.delete(Samples.RECORD, bucket.object(Samples.RECORD).generation());

    deploy(files);
    assertThat(record().files()).hasSize(2);
    assertThat(record().last()).extracting(Deployment::number).isEqualTo(2);

    bucket.put(Samples.RECORD, Samples.bytes("{\"formatVersion\": 1, \"own"), Map.of());
    deploy(Samples.files(Map.of("a.py", "1")));
    assertThat(progress.lines()).anyMatch(line -> line.contains("record.json is damaged"));
    assertThat(record().files()).hasSize(1);
    assertThat(record().last()).extracting(Deployment::number).isEqualTo(3);
    assertThat(bucket.objects()).doesNotContainKey(FOLDER + "b.py");
  }

  @Test
  void aRecordThatIsNewerOrOfAnotherProjectStopsTheDeployment() {
    bucket.put(Samples.RECORD, Samples.bytes("{\"formatVersion\": 2}"), Map.of());
    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1"))))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            The deployment record has format 2, but this version of BigFlow knows formats up to 1.
              where: gs://in-memory/bigflow/com.example.demo/dev/record.json
              fix:   Deploy with the newer version of bigflow-maven-plugin that wrote it.
              more:  docs/troubleshooting.md#record-newer""");

    bucket.put(
        Samples.RECORD,
        Samples.bytes(
            SpecJson.write(new DeploymentRecord(1, "com:example.demo/dev", null, List.of(), null))),
        Map.of());
    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1"))))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            The deployment record belongs to 'com:example.demo/dev', not to 'com.example:demo/dev'.
              where: gs://in-memory/bigflow/com.example.demo/dev/record.json
              fix:   Give this project another groupId, artifactId or env, so that its folder is \
            its own.
              more:  docs/troubleshooting.md#record-of-another""");
    assertThat(bucket.objects()).hasSize(1);
  }

  @Test
  void aLivingDeploymentIsNotDisturbed() {
    deploy(Samples.files(Map.of("a.py", "1")));
    DagDeployer deployer = deployer(1);
    PreparedDeployment mine = deployer.prepare(Samples.files(Map.of("a.py", "2")), Scope.ALL);
    Deployment other =
        new Deployment(
            2,
            Deployment.Kind.DEPLOY,
            0,
            "3.0",
            "fedcba9876543210",
            false,
            "bob",
            "2026-01-01T01:00:00Z",
            "0.1.0",
            0);
    RecordedState seen = store().read();
    try (DeploymentClaim theirs =
        DeploymentClaim.take(
            store(),
            seen,
            new DeploymentRecord.Claim("x", other, 0),
            Samples.options().withHeartbeat(Duration.ofMillis(5), Duration.ofSeconds(1)),
            progress,
            System::nanoTime)) {
      String underWay =
          "Another deployment of 'com.example:demo/dev' is under way: number 2 (version 3.0, commit"
              + " fedcba9, by bob, started 2026-01-01T01:00:00Z)";
      assertThatThrownBy(() -> deployer.apply(mine)).hasMessageContaining(underWay);
      PreparedDeployment later = deployer.prepare(Samples.files(Map.of("a.py", "2")), Scope.ALL);
      assertThatThrownBy(() -> deployer.apply(later)).hasMessageContaining(underWay);
      assertThat(theirs.isHeld()).isTrue();
    }
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("1"));
    deploy(Samples.files(Map.of("a.py", "2")));
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("2"));
  }

  @Test
  void theClaimOfADeadDeploymentIsTakenOver() {
    DagFiles files = Samples.files(Map.of("a.py", "1"));
    deploy(files);
    DeploymentRecord record = record();
    Deployment dead = Objects.requireNonNull(record.last());
    store()
        .write(
            record.withClaim(new DeploymentRecord.Claim("dead", dead, 3)),
            bucket.object(Samples.RECORD).generation());

    deploy(files);

    assertThat(record().claim()).isNull();
    assertThat(progress.lines())
        .anyMatch(line -> line.contains("has not ended; watching for 0.1 s"))
        .anyMatch(line -> line.contains("was stopped before its end"));
  }

  @Test
  void whoLosesTheClaimStops() {
    AtomicBoolean taken = new AtomicBoolean();
    bucket.before(
        call -> {
          if (call.endsWith("b.py") && taken.compareAndSet(false, true)) {
            long generation = bucket.object(Samples.RECORD).generation();
            store().write(DeploymentRecord.empty(OWNER), generation);
          }
        });

    assertThatThrownBy(() -> deploy(Samples.files(Map.of("a.py", "1", "b.py", "1", "c.py", "1"))))
        .hasMessageContaining("another one took over");
    assertThat(bucket.objects()).doesNotContainKey(Samples.archive(1));
    assertThat(record()).isEqualTo(DeploymentRecord.empty(OWNER));
  }

  @Test
  void dagsWithWorkInProgressAreNotRemoved() {
    deploy(Samples.files(Map.of("a.py", "1", "b.py", "1")));
    DagDeployer deployer =
        new DagDeployer(
            bucket,
            registry,
            dags -> {
              throw BigflowException.of(Problem.of("active: " + dags, "", ""));
            },
            Samples.options(),
            progress);

    assertThatThrownBy(
            () -> deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", "2")), Scope.ALL)))
        .hasMessage("active: [b__dev].");
    assertThat(bucket.object(FOLDER + "a.py").content()).isEqualTo(Samples.bytes("1"));
    assertThat(record().claim()).isNull();
  }

  @Test
  void onlySoManyArchivesAreKept() {
    DagDeployer deployer =
        new DagDeployer(
            bucket, registry, WorkInProgress.IGNORED, Samples.options().withKept(2), progress);
    for (int i = 0; i < 4; i++) {
      deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", "" + i)), Scope.ALL));
    }
    assertThat(store().history()).extracting(Deployment::number).containsExactly(4, 3);
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
    DagDeployer deployer =
        new DagDeployer(
            bucket, registry, WorkInProgress.IGNORED, Samples.options(), progress, new Ticks());
    return deployer.apply(deployer.prepare(files, Scope.ALL));
  }

  private DagDeployer deployer(int threads) {
    return new DagDeployer(
        bucket, registry, WorkInProgress.IGNORED, Samples.options().withThreads(threads), progress);
  }

  /** Time that only passes while somebody waits for another deployment. */
  private static final class Ticks implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long getAsLong() {
      return nanos.addAndGet(1_000_000);
    }
  }

  private RecordStore store() {
    return new RecordStore(bucket, OWNER, progress);
  }

  private DeploymentRecord record() {
    return store().read().record();
  }

  private void put(String name, String text) {
    bucket.put(FOLDER + name, Samples.bytes(text), Samples.metadata(name, text));
  }
}
