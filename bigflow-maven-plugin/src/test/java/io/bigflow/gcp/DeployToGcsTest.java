// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.ContentHash;
import io.bigflow.credentials.LocalAccount;
import io.bigflow.credentials.Machine;
import io.bigflow.dag.BuiltDags;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.DeployOptions;
import io.bigflow.deploy.DeployReport;
import io.bigflow.deploy.DeployReport.Action;
import io.bigflow.deploy.Scope;
import io.bigflow.deploy.WorkInProgress;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeGcs.Fault;
import io.bigflow.fakes.FakeGcs.Kind;
import io.bigflow.fakes.FakeGcs.Request;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.ImageRegistry;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A deployment with Google's client over HTTP. */
class DeployToGcsTest {

  private static final String BUCKET = "team-bucket";
  private static final String FOLDER = "dags/com.example.demo/dev/";
  private static final String RECORD = "bigflow/com.example.demo/dev/record.json";
  private static final String ARCHIVES = "bigflow/com.example.demo/dev/deployments/";
  private static final String IMAGE = "registry.example.com/demo@sha256:" + "a".repeat(64);

  private final FakeGcs gcs = FakeGcs.withBucket(BUCKET);
  private final RecordingProgress progress = new RecordingProgress();
  private final GcsDagBucket bucket =
      GcsDagBucket.open(
          new BucketLocation.Gcs(BUCKET),
          new StorageEndpoint(gcs.endpoint(), false),
          "some-project",
          new LocalAccount(Machine.here()),
          progress,
          new Retries(5, Duration.ofMillis(1), Duration.ofMillis(8), Duration.ofSeconds(30)));
  private final DagDeployer deployer =
      new DagDeployer(
          bucket,
          new FullRegistry(),
          WorkInProgress.IGNORED,
          DeployOptions.standard("alice", "0.1.0"),
          progress);

  @AfterEach
  void close() {
    bucket.close();
    gcs.close();
  }

  @Test
  void anUnchangedDeploymentReadsOneListingAndWritesNothing() {
    DagFiles files = files(120, "1");
    deploy(files);
    gcs.clearRequests();

    DeployReport report = deploy(files);

    assertThat(report.count(Action.UNCHANGED)).isEqualTo(120);
    assertThat(gcs.requests())
        .extracting(Request::toString)
        .containsExactly("LIST " + FOLDER, "GET " + RECORD, "READ " + RECORD);
  }

  @Test
  void onlyWhatChangedIsSent() {
    deploy(files(5, "1"));
    gcs.put(BUCKET, "dags/airflow_monitoring.py", "liveness".getBytes(UTF_8), Map.of());
    gcs.clearRequests();

    deploy(files(3, "2"));

    assertThat(gcs.requests())
        .extracting(Request::toString)
        .containsExactlyInAnyOrder(
            "LIST " + FOLDER,
            "GET " + RECORD,
            "READ " + RECORD,
            "GET " + RECORD,
            "GET " + RECORD,
            "INSERT " + RECORD,
            "INSERT " + FOLDER + "w0.py",
            "INSERT " + FOLDER + "w1.py",
            "INSERT " + FOLDER + "w2.py",
            "DELETE " + FOLDER + "w3.py",
            "DELETE " + FOLDER + "w4.py",
            "INSERT " + ARCHIVES + "000002.zip",
            "INSERT " + RECORD,
            "LIST " + ARCHIVES);
    assertThat(gcs.object(BUCKET, "dags/airflow_monitoring.py").text()).isEqualTo("liveness");
  }

  @Test
  void burstsOfFaultsAreSurvived() {
    deploy(files(30, "1"));
    gcs.fail(request -> request.kind() == Kind.LIST, 2, FakeGcs.answer(503))
        .fail(request -> request.object().endsWith("w1.py"), 3, FakeGcs.answer(429))
        .fail(request -> request.object().endsWith("w2.py"), 2, new Fault.LostRequest())
        .fail(request -> request.object().endsWith("w3.py"), 1, new Fault.LostResponse())
        .fail(request -> request.kind() == Kind.DELETE, 1, new Fault.LostResponse());

    DeployReport report = deploy(files(20, "2"));

    assertThat(report.count(Action.CHANGED)).isEqualTo(20);
    assertThat(report.count(Action.REMOVED)).isEqualTo(10);
    assertThat(dags()).hasSize(20).allMatch(text -> text.endsWith(" 2\n"));
  }

  @Test
  void ofTwoDeploymentsAtOnceNoneOverwritesTheOther() {
    deploy(files(3, "1"));
    DagFiles mine = files(3, "2");
    var plan = deployer.prepare(mine, Scope.ALL);
    deploy(files(3, "3"));

    assertThatThrownBy(() -> deployer.apply(plan))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(
            "Another deployment of 'com.example:demo/dev' was faster: number 2 (version 3, by alice,"
                + " started ");
    assertThat(dags()).hasSize(3).allMatch(text -> text.endsWith(" 3\n"));
  }

  private List<String> dags() {
    return gcs.objects(BUCKET).entrySet().stream()
        .filter(object -> object.getKey().startsWith(FOLDER))
        .map(object -> object.getValue().text())
        .toList();
  }

  private DeployReport deploy(DagFiles files) {
    return deployer.apply(deployer.prepare(files, Scope.ALL));
  }

  private static DagFiles files(int number, String version) {
    List<BuiltDags.Dag> dags = new ArrayList<>();
    Map<String, byte[]> contents = new HashMap<>();
    for (int i = 0; i < number; i++) {
      String path = FOLDER + "w" + i + ".py";
      byte[] content = ("# airflow dag " + i + " " + version + "\n").getBytes(UTF_8);
      contents.put(path, content);
      dags.add(
          new BuiltDags.Dag(
              path,
              "w" + i + "__dev",
              "w" + i,
              ContentHash.sha256(content),
              "bigflow-build:0123456789ab"));
    }
    return DagFiles.of(
        new BuiltDags(1, "com.example", "demo", version, "dev", "", false, IMAGE, "", dags),
        name -> Optional.ofNullable(contents.get(name)));
  }

  /** Has every image. */
  private static final class FullRegistry implements ImageRegistry {
    @Override
    public String name() {
      return "registry.example.com";
    }

    @Override
    public boolean has(String repository, String digest) {
      return true;
    }

    @Override
    public Optional<String> digestOf(ImageReference reference) {
      return Optional.empty();
    }

    @Override
    public void push(Path tar, BuiltImage image) {
      throw new AssertionError("nobody pushes here");
    }
  }
}
