// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** The goals that know where the workflows will be orchestrated. */
abstract class AbstractTargetMojo extends AbstractBigflowMojo {

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
  @Parameter private @Nullable ImageParameters image;

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
                                + " <bigflow.dagsBucket>gs://BUCKET</bigflow.dagsBucket>, or deploy"
                                + " into a directory: -Dbigflow.dagsBucket=file:local-composer")
                        .see("no-bucket")));
  }

  /** The repository, if one is named. */
  final Optional<String> imageRepository() {
    return value("bigflow.image.repository", image().repository())
        .or(() -> value("bigflow.image.repository", imageRepository));
  }

  /** The values of the element {@code <image>}. */
  final ImageParameters image() {
    return image == null ? new ImageParameters() : image;
  }
}
