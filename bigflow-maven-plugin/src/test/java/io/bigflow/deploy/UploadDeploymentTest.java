// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.deploy.Deployment.Kind;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.RecordingProgress;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beside the DAGs in plan, deployment, record and rollback. */
class UploadDeploymentTest {
  private static final Owner OWNER = new Owner("com.example:demo", "dev");
  private static final String DAG = Samples.FOLDER + "speed.py";
  private static final Map<String, String> MARK = Map.of(Owner.METADATA, Samples.MARK);

  @TempDir private Path directory;
  private final InMemoryDagBucket bucket = new InMemoryDagBucket();
  private final Samples.InMemoryRegistry registry = new Samples.InMemoryRegistry();
  private final RecordingProgress progress = new RecordingProgress();
  private final DeploymentHistory history = new DeploymentHistory(bucket, OWNER, progress);

  @Test
  void theFileIsThereBeforeTheDagThatNamesIt() throws IOException {
    DeployReport report = deploy("1");

    assertThat(bucket.calls())
        .containsSubsequence("write " + Samples.RECORD, "write " + path("1"), "write " + DAG);
    InMemoryDagBucket.Stored stored = bucket.object(path("1"));
    assertThat(stored.content()).isEqualTo(Samples.bytes("jar 1"));
    assertThat(stored.metadata()).isEqualTo(MARK);
    assertThat(stored.contentType()).isEqualTo("application/java-archive");
    assertThat(report.count(DeployReport.Action.ADDED)).isEqualTo(1);
    assertThat(report.summary())
        .startsWith("1 added, 0 changed, 0 removed, 0 unchanged, 1 beside the DAGs uploaded in ");
    assertThat(progress.said())
        .contains(
            "Deploying 1 DAG file and 1 file beside them of com.example:demo 1.0 (env dev) to"
                + " gs://in-memory");
    DeploymentRecord record = new RecordStore(bucket, OWNER, progress).read().record();
    assertThat(record.uploads()).containsExactly(path("1"));
    assertThat(record.files().get(0).entry().uploads()).containsExactly(upload("1"));
  }

  @Test
  void aSecondDeploymentOnlyLooksOnceMore() throws IOException {
    deploy("1");
    bucket.clearCalls();

    deploy("1");

    assertThat(bucket.calls())
        .containsExactly(
            "list " + Samples.FOLDER,
            "list " + OWNER.uploadFolder(),
            "find " + Samples.RECORD,
            "read " + Samples.RECORD);
  }

  @Test
  void withoutUploadsNothingIsAsked() {
    DagDeployer deployer = deployer(100);
    deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", "1")), Scope.ALL));

    assertThat(bucket.calls()).noneMatch(call -> call.contains("/uploads/"));
    assertThat(new String(bucket.object(Samples.RECORD).content(), UTF_8))
        .doesNotContain("uploads");
  }

  @Test
  void aKilledDeploymentIsFinishedByTheNext() throws IOException {
    bucket.before(
        call -> {
          if (call.equals("write " + DAG)) {
            throw new IllegalStateException("killed");
          }
        });
    assertThatThrownBy(() -> deploy("1")).hasRootCauseMessage("killed");
    assertThat(bucket.objects()).containsKey(path("1")).doesNotContainKey(DAG);

    bucket.before(call -> assertThat(call).isNotEqualTo("write " + path("1")));
    deploy("1");

    assertThat(bucket.objects()).containsKeys(path("1"), DAG);
  }

  @Test
  void ifTheFileCannotBeWrittenTheDagIsNot() {
    bucket.before(
        call -> {
          if (call.equals("write " + path("1"))) {
            throw BigflowException.of(Problem.of("no space", "", "buy some"));
          }
        });

    assertThatThrownBy(() -> deploy("1")).hasMessageContaining("no space");

    assertThat(bucket.objects()).doesNotContainKeys(path("1"), DAG);
  }

  @Test
  void rollsBackToTheOldFile() throws IOException {
    deploy("1");
    deploy("2");
    assertThat(bucket.objects()).containsKeys(path("1"), path("2"));

    rollback(1);

    assertThat(new String(bucket.object(DAG).content(), UTF_8)).contains(path("1"));
    assertThat(bucket.objects()).containsKeys(path("1"), path("2"));
  }

  @Test
  void refusesToRollBackWithoutTheOldFile() throws IOException {
    deploy("1");
    deploy("2");
    bucket.delete(path("1"), bucket.object(path("1")).generation());
    Map<String, InMemoryDagBucket.Stored> before = bucket.objects();

    assertThatThrownBy(() -> rollback(1))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(
            "The file 'gs://in-memory/" + path("1") + "' that speed needs is not in the bucket")
        .hasMessageContaining("with the SHA-256 " + ContentHash.sha256(Samples.bytes("jar 1")))
        .hasMessageContaining("docs/troubleshooting.md#upload-missing");

    assertThat(bucket.objects()).isEqualTo(before);
    // Whoever brings the file makes it possible.
    bucket.put(path("1"), Samples.bytes("jar 1"), Map.of());
    rollback(1);
  }

  @Test
  void aDamagedFileOfOursIsBroughtAgainAndOneOfOthersIsNotTouched() throws IOException {
    bucket.put(path("1"), Samples.bytes("damaged"), MARK);
    deploy("1");
    assertThat(bucket.object(path("1")).content()).isEqualTo(Samples.bytes("jar 1"));

    bucket.put(path("2"), Samples.bytes("somebody's"), Map.of());
    assertThatThrownBy(() -> deploy("2")).hasMessageContaining("an object of this name is there");
    assertThat(bucket.object(path("2")).content()).isEqualTo(Samples.bytes("somebody's"));
  }

  @Test
  void comesBackAfterUndeploying() throws IOException {
    deploy("1");
    DagDeployer deployer = deployer(100);
    deployer.apply(deployer.prepare(history.nothing(), Scope.ALL), Kind.UNDEPLOY, 0);
    assertThat(bucket.objects()).containsKey(path("1")).doesNotContainKey(DAG);

    rollback(1);

    assertThat(bucket.objects()).containsKeys(path("1"), DAG);
  }

  @Test
  void aFileGoesWithTheLastArchiveThatNeedsIt() throws IOException {
    String foreign = OWNER.uploadFolder() + "a".repeat(64) + "/foreign.jar";
    bucket.put(foreign, Samples.bytes("x"), Map.of());
    DagDeployer deployer = deployer(2);
    for (String version : List.of("1", "2", "1", "3", "4")) {
      deployer.apply(deployer.prepare(files(version), Scope.ALL));
    }

    assertThat(bucket.objects())
        .containsKeys(path("3"), path("4"), foreign)
        .doesNotContainKeys(path("1"), path("2"));
  }

  @Test
  void theyGoEvenIfTheProjectHasNoneAnyMore() throws IOException {
    DagDeployer deployer = deployer(2);
    deployer.apply(deployer.prepare(files("1"), Scope.ALL));
    for (String text : List.of("a", "b")) {
      deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", text)), Scope.ALL));
    }

    assertThat(bucket.objects()).doesNotContainKey(path("1"));
    bucket.clearCalls();
    deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", "c")), Scope.ALL));
    assertThat(bucket.calls()).noneMatch(call -> call.contains("/uploads/"));
  }

  @Test
  void thePlanShowsThemAndIsReadAgain() throws IOException {
    DagDeployer deployer = deployer(100);
    PreparedDeployment prepared = deployer.prepare(files("1"), Scope.ALL);
    PlanDocument document =
        PlanDocument.of(
            bucket.name(),
            new ImagePlan("r/demo:1", Samples.DIGEST, ImagePlan.Action.ALREADY_THERE),
            prepared);

    assertThat(
            PlanText.lines(document, prepared, bucket, DriftPolicy.OVERWRITE, List.of(), progress))
        .contains("  + " + path("1") + " (5 bytes)")
        .last()
        .isEqualTo("1 to add, 0 to change, 0 to remove, 0 unchanged, 1 beside the DAGs to upload.");
    Path file = directory.resolve("plan.json");
    SpecJson.write(document, file);
    PlanDocument.read(file).requireSame(prepared, bucket.name());
    assertThat(document.plan().isEmpty()).isFalse();
    bucket.put(path("1"), Samples.bytes("jar 1"), MARK);
    assertThatThrownBy(
            () ->
                PlanDocument.read(file)
                    .requireSame(deployer.prepare(files("1"), Scope.ALL), bucket.name()))
        .hasMessageContaining(path("1") + " is not as it was");
  }

  @Test
  void aFileThatWasChangedAfterTheBuildIsNotDeployed() throws IOException {
    files("1");
    Files.writeString(directory.resolve("1.jar"), "other");

    assertThatThrownBy(() -> DagFiles.of(built("1"), contents("1"), u -> file("1")))
        .hasMessageContaining("The file 'demo.jar' was changed after it was built");
    assertThatThrownBy(() -> DagFiles.of(built("1"), contents("1"), u -> directory.resolve("no")))
        .hasMessageContaining("The file 'demo.jar' that was built is missing");
  }

  @Test
  void whatEarlierVersionsWroteIsReadable() throws IOException {
    String json = SpecJson.write(DeploymentRecord.empty(OWNER));
    assertThat(json).doesNotContain("uploads");
    assertThat(SpecJson.read(json, DeploymentRecord.class, "x").uploads()).isEmpty();
    String dag =
        "{\"path\":\"p\",\"dagId\":\"d\",\"workflow\":\"w\",\"sha256\":\"s\",\"buildTag\":\"t\"}";
    assertThat(SpecJson.read(dag, BuiltDags.Dag.class, "x").uploads()).isEmpty();
  }

  private DeployReport deploy(String version) throws IOException {
    DagDeployer deployer = deployer(100);
    return deployer.apply(deployer.prepare(files(version), Scope.ALL));
  }

  private void rollback(int number) {
    DagDeployer deployer = deployer(100);
    DagFiles files = history.files(history.deployment(number));
    deployer.apply(deployer.prepare(files, Scope.ALL), Kind.ROLLBACK, number);
  }

  private DagDeployer deployer(int kept) {
    return new DagDeployer(
        bucket, registry, WorkInProgress.IGNORED, Samples.options().withKept(kept), progress);
  }

  private static String path(String version) {
    return OWNER.uploadFolder() + ContentHash.sha256(Samples.bytes("jar " + version)) + "/demo.jar";
  }

  private static BuiltDags.Upload upload(String version) {
    byte[] jar = Samples.bytes("jar " + version);
    return new BuiltDags.Upload(
        path(version), ContentHash.sha256(jar), ContentHash.md5(jar), jar.length);
  }

  private Path file(String version) {
    return directory.resolve(version + ".jar");
  }

  private DagFiles files(String version) throws IOException {
    Files.write(file(version), Samples.bytes("jar " + version));
    return DagFiles.of(built(version), contents(version), upload -> file(version));
  }

  private static BuiltDags built(String version) {
    byte[] text = text(version);
    String sha256 = ContentHash.sha256(text);
    return Samples.built(
        "dev",
        List.of(
            new BuiltDags.Dag(
                DAG,
                "speed__dev",
                "speed",
                sha256,
                "bigflow-build:" + sha256.substring(0, 12),
                List.of(upload(version)))));
  }

  private static DagFiles.Contents contents(String version) {
    return path -> Optional.of(text(version));
  }

  private static byte[] text(String version) {
    return Samples.bytes("jar = '" + path(version) + "'\n");
  }
}
