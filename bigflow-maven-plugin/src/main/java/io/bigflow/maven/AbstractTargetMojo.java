// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.composer.ComposerName;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** The goals that know where the workflows will be orchestrated. */
abstract class AbstractTargetMojo extends AbstractBigflowMojo {

  /**
   * The Google Cloud project of the Composer environment; requests to Cloud Storage are made for
   * it.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.gcpProjectId")
  private @Nullable String gcpProjectId;

  /**
   * The name of the Composer environment in {@code bigflow.gcpProjectId}. Its bucket and the
   * address of Airflow are looked up.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.composer.environment")
  private @Nullable String composerEnvironment;

  /**
   * The region of the Composer environment, for example {@code europe-west1}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.composer.region")
  private @Nullable String composerRegion;

  /**
   * The parameters {@code bigflow.composer.*} as XML: {@code
   * <composer><environment>…</environment><region>…</region></composer>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> composer;

  /**
   * The bucket of the Composer environment, {@code gs://BUCKET}, or {@code file:DIRECTORY} for a
   * directory that stands for it: the embedded local target, which needs no account. A relative
   * directory is relative to the project.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.dagsBucket")
  private @Nullable String dagsBucket;

  /**
   * Registry and path of the image, without tag: {@code
   * europe-west1-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE}. If none is given and the bucket is a
   * directory, the image is kept there as an archive.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.image.repository")
  private @Nullable String imageRepository;

  /**
   * The parameters {@code bigflow.image.*} as XML: {@code
   * <image><repository>…</repository></image>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> image;

  /** The project that orchestrates, if one is named. */
  final Optional<String> gcpProject() {
    return value("bigflow.gcpProjectId", gcpProjectId);
  }

  /** The Composer environment, if one is named. */
  final Optional<ComposerName> composerName() {
    return value("bigflow.composer.environment", composerEnvironment)
        .map(
            environment ->
                new ComposerName(
                    with("bigflow.gcpProjectId", gcpProject()),
                    with(
                        "bigflow.composer.region",
                        value("bigflow.composer.region", composerRegion)),
                    environment));
  }

  private static String with(String name, Optional<String> value) {
    return value.orElseThrow(
        () ->
            BigflowException.of(
                Problem.of(
                        "bigflow.composer.environment is set, but " + name + " is not",
                        name,
                        "Set both, and bigflow.gcpProjectId, in the profile that you deploy with, or"
                            + " name the bucket alone: bigflow.dagsBucket=gs://BUCKET")
                    .see("composer-environment")));
  }

  /**
   * Where this deployment goes, as far as it is said, without a path of this machine: a bucket, a
   * Composer environment or a directory. Empty if nothing is said.
   */
  final String targetText() {
    return bucketLocation()
        .map(location -> location instanceof BucketLocation.Gcs ? location.toString() : "file:")
        .or(() -> composerName().map(ComposerName::resource))
        .orElse("");
  }

  /** The bucket, if one is named. */
  final Optional<BucketLocation> bucketLocation() {
    return value("bigflow.dagsBucket", dagsBucket)
        .map(text -> BucketLocation.parse(text, baseDirectory()));
  }

  /** The bucket. */
  final BucketLocation requireBucketLocation() {
    return bucketLocation()
        .orElseThrow(
            () ->
                BigflowException.of(
                    Problem.of(
                            "There is no bucket to deploy to",
                            "bigflow.dagsBucket",
                            "Set it in the profile that you deploy with, as in"
                                + " <bigflow.dagsBucket>gs://BUCKET</bigflow.dagsBucket>, or name"
                                + " the Composer environment (bigflow.composer.environment), or"
                                + " deploy into a directory:"
                                + " -Dbigflow.dagsBucket=file:local-composer")
                        .see("no-bucket")));
  }

  /** The repository, if one is named. */
  final Optional<String> imageRepository() {
    return value("bigflow.image.repository", imageRepository);
  }
}
