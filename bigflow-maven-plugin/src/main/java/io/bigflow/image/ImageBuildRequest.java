// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.git.SourceRevision;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What image to build.
 *
 * @param repository where the image will be pushed, without tag
 * @param version the project's version
 * @param revision the commit that is built
 * @param base the base that the user chose by {@code bigflow.image.base}
 * @param defaultBase the base if neither {@code base} nor the user's Jib configuration names one
 * @param outputDirectory where {@code image.tar} and {@code image.json} are written
 * @param cacheDirectory keeps base images made from JDKs
 * @param javaHome the JDK that {@link BaseImage.Jdk} means
 */
public record ImageBuildRequest(
    String repository,
    String version,
    SourceRevision revision,
    Optional<BaseImage> base,
    BaseImage defaultBase,
    Path outputDirectory,
    Path cacheDirectory,
    Path javaHome) {

  /** The name that is written into the archive; its tag may still lack the digest. */
  public ImageReference reference() {
    return new ImageReference(repository, ImageTag.provisional(version, revision));
  }

  /** The archive that the build writes. */
  public Path tar() {
    return tar(outputDirectory);
  }

  /** The description that the build writes. */
  public Path description() {
    return description(outputDirectory);
  }

  /** The archive in an output directory, for the goals that only read it. */
  public static Path tar(Path outputDirectory) {
    return outputDirectory.resolve("image.tar");
  }

  /** The description in an output directory, for the goals that only read it. */
  public static Path description(Path outputDirectory) {
    return outputDirectory.resolve("image.json");
  }
}
