// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.ContentHash;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.dag.BuiltDags;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.DeployOptions;
import io.bigflow.deploy.ImageDeployer;
import io.bigflow.deploy.Scope;
import io.bigflow.deploy.WorkInProgress;
import io.bigflow.gcp.GcsDagBucket;
import io.bigflow.gcp.StorageEndpoint;
import io.bigflow.image.ImageReference;
import io.bigflow.image.LoginSource;
import io.bigflow.image.LoginSource.Login;
import io.bigflow.image.jib.JibImageRegistry;
import io.bigflow.progress.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the goals {@code deploy-image} and {@code deploy-dags} do, with the product's own parts. The
 * only place of this package that calls them.
 */
final class Deploys {

  static final String GROUP_ID = "com.example";
  static final String ARTIFACT_ID = "demo";
  static final String ENV = "dev";

  private Deploys() {}

  /** Brings image and DAG files to their places. */
  static void deploy(DeployRequest request, Progress progress) {
    JibImageRegistry registry = registry(request, progress);
    ImageDeployer.deploy(request.image(), Path.of(request.tar()), registry, progress);
    try (GcsDagBucket bucket = bucket(request, progress)) {
      DagDeployer deployer = deployer(request, bucket, registry, progress);
      deployer.apply(deployer.prepare(files(request), Scope.ALL));
    }
  }

  /** Whether there is nothing left to do. */
  static boolean isDone(DeployRequest request, Progress progress) {
    JibImageRegistry registry = registry(request, progress);
    try (GcsDagBucket bucket = bucket(request, progress)) {
      return deployer(request, bucket, registry, progress)
              .prepare(files(request), Scope.ALL)
              .isDone()
          && registry.has(request.image().repository(), request.image().digest());
    }
  }

  private static DagDeployer deployer(
      DeployRequest request, GcsDagBucket bucket, JibImageRegistry registry, Progress progress) {
    return new DagDeployer(
        bucket,
        registry,
        WorkInProgress.IGNORED,
        DeployOptions.standard(request.by(), "0.1.0-TEST")
            .withHeartbeat(
                Duration.ofMillis(request.beatMillis()),
                Duration.ofMillis(request.patienceMillis())),
        progress);
  }

  /** The DAG file of a workflow, as it must be in the bucket after a deployment. */
  static String dagText(DeployRequest request, String workflow) {
    return "# Workflow "
        + workflow
        + " of version "
        + request.version()
        + "\nIMAGE = \""
        + request.image().pinned()
        + "\"\n";
  }

  /** The name of a workflow's object. */
  static String path(String workflow) {
    return folder() + workflow + ".py";
  }

  /** Where the project's DAG files lie. */
  static String folder() {
    return BuiltDags.folder(GROUP_ID, ARTIFACT_ID, ENV);
  }

  /** The project's deployment record. */
  static String recordPath() {
    return recordFolder() + "record.json";
  }

  /** Where the project's records and archives lie. */
  static String recordFolder() {
    return "bigflow/" + GROUP_ID + "." + ARTIFACT_ID + "/" + ENV + "/";
  }

  /** The mark that the project's objects carry. */
  static String mark() {
    return GROUP_ID + ":" + ARTIFACT_ID + "/" + ENV;
  }

  private static DagFiles files(DeployRequest request) {
    List<BuiltDags.Dag> dags = new ArrayList<>();
    Map<String, byte[]> contents = new HashMap<>();
    for (String workflow : request.workflows()) {
      byte[] content = dagText(request, workflow).getBytes(UTF_8);
      contents.put(path(workflow), content);
      String sha256 = ContentHash.sha256(content);
      dags.add(
          new BuiltDags.Dag(
              path(workflow),
              workflow + "__" + ENV,
              workflow,
              sha256,
              "bigflow-build:" + sha256.substring(0, 12)));
    }
    return DagFiles.of(
        new BuiltDags(
            BuiltDags.FORMAT_VERSION,
            GROUP_ID,
            ARTIFACT_ID,
            request.version(),
            ENV,
            "0123456789abcdef",
            false,
            request.image().pinned(),
            "",
            dags),
        name -> Optional.ofNullable(contents.get(name)));
  }

  private static JibImageRegistry registry(DeployRequest request, Progress progress) {
    String host =
        new ImageReference(request.image().repository(), request.image().tag()).registry();
    List<LoginSource> logins =
        request.password().isEmpty()
            ? List.of()
            : List.of(
                LoginSource.known("settings.xml", host, new Login("deployer", request.password())));
    return new JibImageRegistry(host, logins, false, progress);
  }

  private static GcsDagBucket bucket(DeployRequest request, Progress progress) {
    return GcsDagBucket.open(
        new BucketLocation.Gcs(request.bucket()),
        StorageEndpoint.of(request.gcs(), null),
        null,
        new Tokens(request.tokens()),
        progress);
  }

  /** Credentials whose tokens expire before their time. */
  private static final class Tokens implements CredentialSource {
    private final List<String> tokens;

    Tokens(List<String> tokens) {
      this.tokens = tokens;
    }

    @Override
    public String name() {
      return "application default credentials";
    }

    @Override
    public GoogleCredentials get() {
      return new Next(new ArrayList<>(tokens));
    }

    @Override
    public Optional<String> member() {
      return Optional.empty();
    }

    @Override
    public String advice() {
      return "Log in again with: gcloud auth application-default login";
    }
  }

  private static final class Next extends GoogleCredentials {
    private static final long serialVersionUID = 1L;
    private static final Duration FAR_AWAY = Duration.ofDays(365);

    private final transient List<String> tokens;

    Next(List<String> tokens) {
      this.tokens = tokens;
    }

    @Override
    public synchronized AccessToken refreshAccessToken() {
      String token = tokens.size() > 1 ? tokens.remove(0) : tokens.get(0);
      return new AccessToken(token, Date.from(Instant.now().plus(FAR_AWAY)));
    }
  }
}
