// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.DagBucket;
import io.bigflow.bucket.DirectoryDagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagDirectory;
import io.bigflow.dag.DagFile;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.ImageDeployer;
import io.bigflow.gcp.ApplicationDefaultCredentials;
import io.bigflow.gcp.GcsDagBucket;
import io.bigflow.gcp.StorageEndpoint;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageArchive;
import io.bigflow.image.ImageRegistry;
import io.bigflow.maven.image.ProjectRegistry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.maven.plugins.annotations.Component;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.jspecify.annotations.Nullable;

/**
 * The goals that deploy. In a build of several modules each gathers the work of its module, and the
 * last one carries it out.
 */
abstract class AbstractDeployMojo extends AbstractTargetMojo {

  /**
   * The Google Cloud project that requests to Cloud Storage are made for. Default: none, which is
   * enough unless the bucket lets the requester pay.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.gcpProjectId")
  private @Nullable String gcpProjectId;

  /**
   * Another address of Cloud Storage, such as that of an emulator. No credentials are sent over
   * plain HTTP. Default: the variable {@code STORAGE_EMULATOR_HOST}, else Google's.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.storage.endpoint")
  private @Nullable String storageEndpoint;

  /**
   * The parameters {@code bigflow.storage.*} as XML: {@code
   * <storage><endpoint>…</endpoint></storage>}.
   *
   * @since 0.1.0
   */
  @Parameter private @Nullable StorageParameters storage;

  // Its successor @Inject needs Maven to scan classes, which Maven 3.8 cannot do for Java 17.
  @SuppressWarnings("deprecation")
  @Component
  private SettingsDecrypter decrypter;

  @Override
  final void run() throws IOException, InterruptedException {
    ReactorDeployment deployment = ReactorDeployment.of(session());
    if (hasSomethingToDeploy() && !(worksForOtherModules() && isSkipped())) {
      gather(deployment);
    }
    boolean fromCommandLine = execution().getExecutionId().startsWith("default-cli");
    if (ReactorDeployment.isCarriedOutBy(goal(), fromCommandLine, project(), session())) {
      deployment.carryOut(project(), session(), progress());
    }
  }

  /** Checks the module's outputs and adds what is to be done with them. */
  abstract void gather(ReactorDeployment deployment) throws IOException;

  @Override
  final boolean worksOnPoms() {
    return true;
  }

  @Override
  final boolean worksForOtherModules() {
    return session().getProjects().size() > 1;
  }

  // Named on the command line, a goal runs in modules that have nothing to do with BigFlow too.
  private boolean hasSomethingToDeploy() {
    return !project().getPackaging().equals("pom")
        && (session().getProjects().size() == 1
            || BigflowLifecycleParticipant.isDeclared(project())
            || Files.exists(output().directory()));
  }

  /** Adds the image of this module. */
  final void addImage(ReactorDeployment deployment) throws IOException {
    BuiltImage image = builtImage();
    Path tar = output().imageTar();
    output().requireFile(tar, "build-image");
    ImageRegistry registry = registry(image);
    deployment.addImage(project(), () -> ImageDeployer.deploy(image, tar, registry, progress()));
  }

  /** Adds the DAG files of this module. */
  final void addDags(ReactorDeployment deployment) throws IOException {
    BuiltImage image = builtImage();
    DagFiles files = builtDags(image);
    ImageRegistry registry = registry(image);
    DagBucket bucket = bucket(requireBucketLocation());
    deployment.addDags(
        project(),
        () -> {
          DagDeployer deployer = new DagDeployer(bucket, registry, progress());
          deployer.apply(deployer.plan(files), files);
        });
  }

  private DagFiles builtDags(BuiltImage image) {
    DagDirectory.Contents contents = new DagDirectory(output().directory()).read();
    BuiltDags built = contents.built();
    if (!built.env().equals(env())) {
      throw BigflowException.of(
          Problem.of(
                  "The DAG files were built for environment '"
                      + built.env()
                      + "', but this deployment is for '"
                      + env()
                      + "'",
                  output().directory().toString(),
                  "Build again for it: mvn clean deploy -Dbigflow.env="
                      + env()
                      + " with the same profile, or deploy what is built: -Dbigflow.env="
                      + built.env())
              .see("built-for-another-environment"));
    }
    if (!built.image().equals(image.pinned())) {
      throw BigflowException.of(
          Problem.of(
              "The DAG files name the image "
                  + built.image()
                  + ", but "
                  + image.pinned()
                  + " was built after them",
              output().directory().toString(),
              "Build both together: mvn package"));
    }
    return DagFiles.of(
        built, contents.files().stream().collect(Collectors.toMap(DagFile::path, DagFile::bytes)));
  }

  private DagBucket bucket(BucketLocation location) {
    if (location instanceof BucketLocation.Directory directory) {
      return new DirectoryDagBucket(directory.path());
    }
    requireOnline("Deploying DAG files to " + location);
    return GcsDagBucket.open(
        (BucketLocation.Gcs) location,
        StorageEndpoint.of(storageEndpoint().orElse(null), System.getenv("STORAGE_EMULATOR_HOST")),
        value("bigflow.gcpProjectId", gcpProjectId).orElse(null),
        new ApplicationDefaultCredentials(System::getenv, Path.of(System.getProperty("user.home"))),
        progress());
  }

  /** The address of Cloud Storage, if one is named. */
  final Optional<String> storageEndpoint() {
    return value("bigflow.storage.endpoint", storage == null ? null : storage.endpoint())
        .or(() -> value("bigflow.storage.endpoint", storageEndpoint));
  }

  private ImageRegistry registry(BuiltImage image) {
    if (LocalImage.is(image.repository())) {
      BucketLocation.Directory target = (BucketLocation.Directory) requireBucketLocation();
      return new ImageArchive(target.path().resolve("images"), progress());
    }
    requireOnline("Deploying the image " + image.reference());
    return ProjectRegistry.open(
        image.repository(),
        project(),
        session(),
        decrypter,
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        progress());
  }

  /** The image that was built, if it suits the target of this deployment. */
  private BuiltImage builtImage() throws IOException {
    BuiltImage built = output().read(output().image(), BuiltImage.class, "build-image");
    String wanted = imageRepository().orElse(built.repository());
    if (!wanted.equals(built.repository())) {
      throw BigflowException.of(
          Problem.of(
                  "The image was built for '"
                      + built.repository()
                      + "', but this deployment is to '"
                      + wanted
                      + "'",
                  output().image().toString(),
                  "Build again with the profile that you deploy with: mvn clean deploy -P…")
              .see("built-for-another-target"));
    }
    if (LocalImage.is(built.repository())
        && !(requireBucketLocation() instanceof BucketLocation.Directory)) {
      throw BigflowException.of(
          Problem.of(
                  "The image has no repository that Composer can pull it from",
                  "bigflow.image.repository",
                  "Set it in the profile that you deploy with, for example"
                      + " europe-west1-docker.pkg.dev/PROJECT/REPOSITORY/"
                      + project().getArtifactId()
                      + ", and build again")
              .see("no-repository"));
    }
    return built;
  }
}
