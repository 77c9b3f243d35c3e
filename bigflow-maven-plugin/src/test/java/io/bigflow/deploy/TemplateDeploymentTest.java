// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketAmongOthers;
import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.DagBucket;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.deploy.Deployment.Kind;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The templates of pipelines, in a bucket of their own, in plan, deployment, record, rollback. */
class TemplateDeploymentTest {
  private static final Owner OWNER = new Owner("com.example:demo", "dev");
  private static final String DAG = Samples.FOLDER + "counting.py";
  private static final String BELOW = "staging/" + OWNER.uploadFolder();
  private static final Map<String, String> MARK = Map.of(Owner.METADATA, Samples.MARK);

  @TempDir private Path directory;
  private final InMemoryDagBucket composer = new InMemoryDagBucket();
  private final InMemoryDagBucket dataflow = new InMemoryDagBucket();
  private final List<String> opened = new ArrayList<>();
  private final DagBucket bucket =
      new BucketAmongOthers(
          composer,
          name -> {
            opened.add(name);
            if (name.equals("gone")) {
              throw BigflowException.of(Problem.of("there is no bucket 'gone'", "", "make it"));
            }
            return dataflow;
          });
  private final RecordingProgress progress = new RecordingProgress();
  private final DeploymentHistory history = new DeploymentHistory(bucket, OWNER, progress);

  @Test
  void theTemplateIsWholeBeforeTheDagThatNamesIt() throws IOException {
    composer.before(
        call -> {
          if (call.equals("write " + DAG)) {
            assertThat(dataflow.objects())
                .containsOnlyKeys(path("1", "pipeline.pb"), path("1", "template"));
          }
        });
    DeployReport report = deploy("1", "a");

    assertThat(opened).containsExactly("acme-dataflow");
    assertThat(dataflow.calls())
        .containsSubsequence("write " + path("1", "pipeline.pb"), "write " + path("1", "template"));
    assertThat(dataflow.object(path("1", "template")).content())
        .isEqualTo(Samples.bytes("template of 1 by a"));
    assertThat(dataflow.object(path("1", "template")).metadata()).isEqualTo(MARK);
    assertThat(composer.objects().keySet()).noneMatch(path -> path.contains("uploads/"));
    assertThat(report.summary()).contains("2 beside the DAGs uploaded");
    assertThat(record().uploads())
        .containsExactly(address("1", "pipeline.pb"), address("1", "template"));
  }

  @Test
  void thePlanNamesThem() throws IOException {
    PreparedDeployment prepared = deployer(100).prepare(files("1", "a"), Scope.ALL);
    PlanDocument document =
        PlanDocument.of(
            bucket.name(),
            new ImagePlan("r/demo:1", Samples.DIGEST, ImagePlan.Action.ALREADY_THERE),
            prepared);

    assertThat(
            PlanText.lines(document, prepared, bucket, DriftPolicy.OVERWRITE, List.of(), progress))
        .contains("  + " + address("1", "template") + " (18 bytes)")
        .last()
        .isEqualTo("1 to add, 0 to change, 0 to remove, 0 unchanged, 2 beside the DAGs to upload.");
    assertThat(dataflow.objects()).isEmpty();
  }

  @Test
  void otherBytesOfTheSameBuildChangeNothing() throws IOException {
    deploy("1", "a");
    dataflow.clearCalls();

    assertThat(deployer(100).prepare(files("1", "b"), Scope.ALL).isDone()).isTrue();
    deploy("1", "b");

    assertThat(dataflow.calls()).noneMatch(call -> call.startsWith("write"));
    assertThat(dataflow.object(path("1", "template")).content())
        .isEqualTo(Samples.bytes("template of 1 by a"));
  }

  @Test
  void halfATemplateOfAnotherBuildIsReplacedByAWholeOne() throws IOException {
    dataflow.before(
        call -> {
          if (call.equals("write " + path("1", "template"))) {
            throw new IllegalStateException("killed");
          }
        });
    assertThatThrownBy(() -> deploy("1", "a")).hasRootCauseMessage("killed");
    assertThat(dataflow.objects()).containsOnlyKeys(path("1", "pipeline.pb"));
    assertThat(composer.objects()).doesNotContainKey(DAG);

    dataflow.before(call -> {});
    deploy("1", "b");

    for (String name : List.of("pipeline.pb", "template")) {
      assertThat(dataflow.object(path("1", name)).content())
          .isEqualTo(Samples.bytes(name + " of 1 by b"));
    }
  }

  @Test
  void whatOthersHaveThereIsNotTouched() {
    dataflow.put(path("1", "template"), Samples.bytes("somebody's"), Map.of());

    assertThatThrownBy(() -> deploy("1", "a"))
        .hasMessageContaining(
            "Cannot deploy '" + address("1", "template") + "': an object of this name is there");

    assertThat(dataflow.object(path("1", "template")).content())
        .isEqualTo(Samples.bytes("somebody's"));
    assertThat(composer.objects()).doesNotContainKey(DAG);
  }

  @Test
  void rollsBackToTheOldTemplate() throws IOException {
    deploy("1", "a");
    deploy("2", "a");

    rollback(1);

    assertThat(new String(composer.object(DAG).content(), UTF_8))
        .contains(address("1", "template"));
    assertThat(dataflow.objects()).containsKeys(path("1", "template"), path("2", "template"));
  }

  @Test
  void refusesToRollBackWithoutTheOldTemplate() throws IOException {
    deploy("1", "a");
    deploy("2", "a");
    dataflow.delete(
        path("1", "pipeline.pb"), dataflow.object(path("1", "pipeline.pb")).generation());

    assertThatThrownBy(() -> rollback(1))
        .hasMessageContaining(
            "The file '"
                + address("1", "pipeline.pb")
                + "' that counting needs is not in the bucket");
    assertThat(new String(composer.object(DAG).content(), UTF_8))
        .contains(address("2", "template"));
  }

  @Test
  void aTemplateGoesWithTheLastArchiveThatNeedsIt() throws IOException {
    String foreign = BELOW + ContentHash.sha256(Samples.bytes("foreign")) + "/template";
    dataflow.put(foreign, Samples.bytes("x"), Map.of());
    DagDeployer deployer = deployer(2);
    for (String version : List.of("1", "2", "1", "3", "4")) {
      deployer.apply(deployer.prepare(files(version, "a"), Scope.ALL));
    }

    assertThat(dataflow.objects())
        .containsOnlyKeys(
            path("3", "pipeline.pb"),
            path("3", "template"),
            path("4", "pipeline.pb"),
            path("4", "template"),
            foreign);
  }

  @Test
  void templatesOfAnotherComposerInTheSameFolderStay() throws IOException {
    DagDeployer here = deployer(2);
    here.apply(here.prepare(files("1", "a"), Scope.ALL));
    DagBucket elsewhere = new BucketAmongOthers(new InMemoryDagBucket(), name -> dataflow);
    DagDeployer there = deployer(elsewhere, 2);
    for (String version : List.of("2", "3", "4")) {
      there.apply(there.prepare(files(version, "a"), Scope.ALL));
    }

    assertThat(dataflow.objects())
        .containsKeys(path("1", "template"), path("3", "template"), path("4", "template"))
        .doesNotContainKey(path("2", "template"));
  }

  @Test
  void aBucketThatIsGoneDoesNotKeepOldTemplatesInOthers() throws IOException {
    DagDeployer deployer = deployer(2);
    String gone =
        "gs://gone/" + OWNER.uploadFolder() + ContentHash.sha256(Samples.bytes("x")) + "/template";
    deployer.apply(deployer.prepare(files("1", "a"), Scope.ALL));
    RecordStore store = new RecordStore(bucket, OWNER, progress);
    DeploymentRecord record = store.read().record();
    List<String> uploads = new ArrayList<>(record.uploads());
    uploads.add(gone);
    store.write(
        new DeploymentRecord(
            record.formatVersion(), record.owner(), record.last(), record.files(), uploads, null),
        store.generation());

    for (String version : List.of("2", "3")) {
      deployer.apply(deployer.prepare(files(version, "a"), Scope.ALL));
    }

    assertThat(dataflow.objects()).doesNotContainKey(path("1", "template"));
    assertThat(record().uploads()).contains(gone, address("3", "template"));
  }

  @Test
  void aPathOutsideOfOurFolderIsRefused() throws IOException {
    files("1", "a");
    for (String path :
        List.of(
            "gs://acme-dataflow/staging/bigflow/com.example.other/dev/uploads/"
                + "a".repeat(64)
                + "/template",
            "gs://acme-dataflow/" + BELOW + "x/template")) {
      BuiltDags.Upload upload = new BuiltDags.Upload(path, "a".repeat(64), "b".repeat(32), 1);
      assertThatThrownBy(
              () ->
                  DagFiles.of(built("1", List.of(upload)), p -> Optional.of(text("1")), this::file))
          .hasMessageContaining("'" + path + "' in dags.json is no file of this project");
    }
  }

  private DeploymentRecord record() {
    return new RecordStore(bucket, OWNER, progress).read().record();
  }

  private DeployReport deploy(String version, String build) throws IOException {
    DagDeployer deployer = deployer(100);
    return deployer.apply(deployer.prepare(files(version, build), Scope.ALL));
  }

  private void rollback(int number) {
    DagDeployer deployer = deployer(100);
    DagFiles files = history.files(history.deployment(number));
    deployer.apply(deployer.prepare(files, Scope.ALL), Kind.ROLLBACK, number);
  }

  private DagDeployer deployer(int kept) {
    return deployer(bucket, kept);
  }

  private DagDeployer deployer(DagBucket target, int kept) {
    return new DagDeployer(
        target,
        new Samples.InMemoryRegistry(),
        WorkInProgress.IGNORED,
        Samples.options().withKept(kept),
        progress);
  }

  private static String path(String version, String name) {
    return BELOW + ContentHash.sha256(Samples.bytes("inputs " + version)) + "/" + name;
  }

  private static String address(String version, String name) {
    return "gs://acme-dataflow/" + path(version, name);
  }

  private Path file(BuiltDags.Upload upload) {
    return directory.resolve(upload.hash() + upload.name());
  }

  private DagFiles files(String version, String build) throws IOException {
    List<BuiltDags.Upload> uploads = new ArrayList<>();
    for (String name : List.of("pipeline.pb", "template")) {
      byte[] content = Samples.bytes(name + " of " + version + " by " + build);
      BuiltDags.Upload upload =
          new BuiltDags.Upload(
              address(version, name),
              ContentHash.sha256(content),
              ContentHash.md5(content),
              content.length);
      Files.write(file(upload), content);
      uploads.add(upload);
    }
    return DagFiles.of(built(version, uploads), path -> Optional.of(text(version)), this::file);
  }

  private static BuiltDags built(String version, List<BuiltDags.Upload> uploads) {
    String sha256 = ContentHash.sha256(text(version));
    return Samples.built(
        "dev",
        List.of(
            new BuiltDags.Dag(
                DAG,
                "counting__dev",
                "counting",
                sha256,
                "bigflow-build:" + sha256.substring(0, 12),
                uploads)));
  }

  private static byte[] text(String version) {
    return Samples.bytes("template = '" + address(version, "template") + "'\n");
  }
}
