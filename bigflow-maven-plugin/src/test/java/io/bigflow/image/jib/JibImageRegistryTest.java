// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.fakes.FakeRegistry;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.LoginSource;
import io.bigflow.image.LoginSource.Login;
import io.bigflow.image.TestImages;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JibImageRegistryTest {

  private static final String SECRET = "s3cr3t-word";

  private final FakeRegistry fake = FakeRegistry.start();
  private final RecordingProgress progress = new RecordingProgress();
  private final ImageReference name = new ImageReference(fake.repository("team/demo"), "1.0");
  @TempDir Path folder;
  private Path tar;
  private BuiltImage image;

  @BeforeEach
  void build() throws Exception {
    tar = folder.resolve("image.tar");
    image = TestImages.make(tar, name, "one");
  }

  @AfterEach
  void close() {
    fake.close();
  }

  @Test
  void packagedDigestIsThePushedDigest() {
    registry().push(tar, image);

    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
    Set<String> expected = new TreeSet<>(image.layers());
    expected.add(image.id());
    assertThat(fake.blobs()).isEqualTo(expected);
    assertThat(registry().has(name.repository(), image.digest())).isTrue();
    assertThat(registry().digestOf(name)).contains(image.digest());
    assertThat(progress.lines())
        .contains("step pushing image: " + sizeOfLayers() + " of " + sizeOfLayers());
  }

  @Test
  void secondPushWritesNothing() {
    registry().push(tar, image);
    fake.clearRequests();

    registry().push(tar, image);

    assertThat(fake.writes()).isEmpty();
    assertThat(fake.requests()).hasSizeLessThanOrEqualTo(2);
    assertThat(progress.said()).last().asString().startsWith("Image already pushed");
  }

  @Test
  void anotherImageSendsOnlyItsOwnLayers() throws Exception {
    registry().push(tar, image);
    fake.clearRequests();
    BuiltImage other = TestImages.make(tar, new ImageReference(name.repository(), "2.0"), "two");

    registry().push(tar, other);

    assertThat(fake.requests()).filteredOn(request -> request.method().equals("PATCH")).hasSize(2);
    assertThat(fake.digestOf("team/demo", "2.0")).contains(other.digest());
  }

  @Test
  void tagIsNeverMoved() throws Exception {
    registry().push(tar, image);
    BuiltImage other = TestImages.make(tar, name, "two");
    fake.clearRequests();

    assertThatThrownBy(() -> registry().push(tar, other))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + name + "' is taken")
        .hasMessageContaining("new <version>");

    assertThat(fake.writes()).isEmpty();
    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
  }

  @Test
  void whatIsNotThereIsNotThere() {
    assertThat(registry().has(name.repository(), image.digest())).isFalse();
    assertThat(registry().digestOf(name)).isEmpty();
  }

  @Test
  void unknownRepositoryHasNothing() {
    fake.failing("GET /v2/team", 404, 1, "NAME_UNKNOWN", "repository name not known to registry");

    assertThat(registry().has(name.repository(), image.digest())).isFalse();
  }

  @Test
  void changedManifestIsNoticed() {
    fake.corruptingManifests();

    assertThatThrownBy(() -> registry().push(tar, image))
        .hasMessageContaining("is not the one that was packaged")
        .hasMessageContaining(image.digest());
  }

  @Test
  void archiveThatIsNotTheDescribedImageIsRefusedBeforeAnythingIsSent() throws Exception {
    TestImages.make(tar, name, "two");

    assertThatThrownBy(() -> registry().push(tar, image)).hasMessageContaining("mvn clean package");
    assertThat(fake.requests()).isEmpty();
  }

  // ---- logins

  @ParameterizedTest
  @EnumSource(names = {"BASIC", "BEARER"})
  void loginsAreUsedInTheirOrder(FakeRegistry.Auth auth) {
    fake.requiring(auth, "user", SECRET);
    LoginSource elsewhere =
        LoginSource.known("elsewhere", "example.com", new Login("other", "wrong"));
    LoginSource right = LoginSource.known("settings", fake.host(), new Login("user", SECRET));

    registry(elsewhere, right).push(tar, image);

    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
    assertThat(progress.lines().toString()).doesNotContain(SECRET).contains("login of settings");
  }

  @ParameterizedTest
  @EnumSource(names = {"BASIC", "BEARER"})
  void missingLoginSaysWhereItWasLookedFor(FakeRegistry.Auth auth) {
    fake.requiring(auth, "user", SECRET);
    LoginSource elsewhere =
        LoginSource.known("settings.xml", "example.com", new Login("other", "wrong"));

    assertThatThrownBy(() -> registry(elsewhere).push(tar, image))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(name.repository())
        .hasMessageContaining("wants a login (401")
        .hasMessageContaining("Looked in: settings.xml")
        .hasMessageContaining("docker login " + fake.host())
        .hasMessageContaining("<server>");
    assertThat(fake.writes()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"BASIC", "BEARER"})
  void wrongLoginNamesItsSourceAndNoSecret(FakeRegistry.Auth auth) {
    fake.requiring(auth, "user", SECRET);
    LoginSource wrong = LoginSource.known("settings.xml", fake.host(), new Login("user", "wr0ng"));

    assertThatThrownBy(() -> registry(wrong).push(tar, image))
        .hasMessageContaining("does not accept the login of settings.xml (401")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("wr0ng", "Basic", "Bearer"));
    assertThat(progress.lines().toString()).doesNotContain("wr0ng");
  }

  @Test
  void dockersLoginFileIsUsed() throws IOException {
    fake.requiring(FakeRegistry.Auth.BEARER, "user", SECRET);
    String auth =
        Base64.getEncoder().encodeToString(("user:" + SECRET).getBytes(StandardCharsets.UTF_8));
    Path docker = Files.createDirectories(folder.resolve("docker"));
    Files.writeString(
        docker.resolve("config.json"),
        "{\"auths\":{\"" + fake.host() + "\":{\"auth\":\"" + auth + "\"}}}");
    List<LoginSource> machine =
        new JibLoginSources(progress).machine(Map.of("DOCKER_CONFIG", docker.toString()), folder);

    new JibImageRegistry(fake.host(), machine, false, progress).push(tar, image);

    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
    assertThat(progress.lines().toString()).doesNotContain(SECRET);
  }

  // ---- failures

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | access is denied (403: DENIED scripted failure)   | right to write",
        "404 | does not know the repository (404                 | bigflow.image.repository",
        "413 | larger than the registry or a proxy               | leave large files out",
        "429 | takes no more requests for now (429               | Wait a few minutes",
        "500 | the registry failed (500: DENIED scripted failure) | ask those who run 127.0.0.1:"
      })
  void refusalsAreWorded(int status, String what, String fix) {
    fake.failing("POST /v2/team/demo/blobs/uploads", status, Integer.MAX_VALUE);

    assertThatThrownBy(() -> registry().push(tar, image))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("Cannot push to '" + name.repository() + "'")
        .hasMessageContaining(what)
        .hasMessageContaining(fix);
    assertThat(fake.digestOf("team/demo", "1.0")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"429", "500", "503"})
  void passingFailuresAreRepeated(int status) {
    fake.failing("PATCH /v2/team/demo", status, 1);
    fake.failing("PUT /v2/team/demo/manifests", status, 1);

    registry().push(tar, image);

    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
    assertThat(progress.lines())
        .contains("step pushing image: " + sizeOfLayers() + " of " + sizeOfLayers());
  }

  @Test
  void anUploadThatTheRegistryHasForgottenBeginsAnew() {
    fake.failing("PATCH /v2/team/demo", 404, 1, "BLOB_UPLOAD_INVALID", "blob upload invalid");
    fake.failing("PUT /v2/team/demo/blobs", 404, 1, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown");

    registry().push(tar, image);

    assertThat(fake.digestOf("team/demo", "1.0")).contains(image.digest());
    assertThat(progress.lines())
        .contains("step pushing image: " + sizeOfLayers() + " of " + sizeOfLayers());
  }

  @Test
  void uploadsThatNeverHoldAreExplained() {
    fake.failing(
        "PATCH /v2/team/demo",
        404,
        Integer.MAX_VALUE,
        "BLOB_UPLOAD_INVALID",
        "blob upload invalid");

    assertThatThrownBy(() -> registry().push(tar, image))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("an upload was broken off again and again (404: BLOB_UPLOAD_INVALID")
        .hasMessageContaining("run the same command again");
  }

  @Test
  void unreachableRegistryIsExplained() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String host = "127.0.0.1:" + port;

    assertThatThrownBy(
            () ->
                new JibImageRegistry(host, List.of(), false, progress)
                    .has(host + "/demo", image.digest()))
        .hasMessageContaining("the registry '" + host + "' cannot be reached")
        .hasMessageContaining("<proxies>");
  }

  @Test
  void unknownHostIsExplained() {
    assertThatThrownBy(
            () ->
                new JibImageRegistry("registry.invalid", List.of(), false, progress)
                    .has("registry.invalid/demo", image.digest()))
        .hasMessageContaining("the host 'registry.invalid' is unknown")
        .hasMessageContaining("bigflow.image.repository");
  }

  @Test
  void containerRegistryIsReplacedByArtifactRegistry() {
    assertThat(
            RegistryFailures.translate(
                    new IllegalStateException(refusal(403)),
                    "push to",
                    "eu.gcr.io/p/demo",
                    "",
                    List.of())
                .getMessage())
        .isEqualTo(
            """
            Cannot push to 'eu.gcr.io/p/demo': Google's Container Registry refused (403: DENIED \
            scripted failure). It was replaced by Artifact Registry, and takes no images since 18 \
            March 2025.
              where: eu.gcr.io
              fix:   Create a repository in Artifact Registry (gcloud artifacts repositories create \
            NAME --repository-format=docker --location=REGION) and set bigflow.image.repository to \
            REGION-docker.pkg.dev/PROJECT/NAME/IMAGE.
              more:  docs/troubleshooting.md#container-registry""");
  }

  @Test
  void artifactRegistrysMissingRepositoryNamesTheCommand() {
    assertThat(
            RegistryFailures.translate(
                    new IllegalStateException(refusal(404)),
                    "push to",
                    "europe-west1-docker.pkg.dev/my-project/my-repository/demo",
                    "",
                    List.of())
                .getMessage())
        .contains(
            "gcloud artifacts repositories create my-repository --repository-format=docker"
                + " --location=europe-west1 --project=my-project");
  }

  /** Jib's exception for a status, as the registry client throws it. */
  private Throwable refusal(int status) {
    fake.failing("GET /v2/other/manifests", status, 1);
    try {
      new JibImageRegistry(fake.host(), List.of(), false, progress)
          .digestOf(new ImageReference(fake.repository("other"), "1"));
    } catch (BigflowException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("the registry did not refuse");
  }

  private long sizeOfLayers() {
    try (var archive = io.bigflow.image.ImageTar.open(tar)) {
      return archive.size();
    }
  }

  private JibImageRegistry registry(LoginSource... logins) {
    return new JibImageRegistry(
        fake.host(),
        new RegistryConnection.Settings(
            List.of(logins), false, progress, List.of(Duration.ofMillis(1), Duration.ofMillis(1))));
  }
}
