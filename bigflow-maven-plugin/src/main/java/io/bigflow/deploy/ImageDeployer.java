// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageRegistry;
import io.bigflow.image.PushChecks;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.nio.file.Path;
import java.util.Optional;

/** Brings the image that was packaged to where Composer pulls it from. */
public final class ImageDeployer {

  private ImageDeployer() {}

  /** What had to be done. */
  public enum Result {
    /** The image, or its tag, was not there. */
    PUSHED,
    /** The tag names this very image, so nothing was sent. */
    ALREADY_THERE
  }

  /**
   * Pushes an image unless it is there, and verifies that it is.
   *
   * <p>A tag is never moved to another image.
   *
   * @param tar the archive that {@code build-image} wrote
   */
  public static Result deploy(
      BuiltImage image, Path tar, ImageRegistry registry, Progress progress) {
    Optional<String> present = registry.digestOf(image.reference());
    if (present.equals(Optional.of(image.digest()))) {
      progress.say("Image already there: " + image.reference() + " (" + image.digest() + ")");
      return Result.ALREADY_THERE;
    }
    PushChecks.tagStays(image.reference(), present, image, registry.name());
    progress.say("Pushing image " + image.reference() + " to " + registry.name());
    registry.push(tar, image);
    if (!registry.has(image.repository(), image.digest())) {
      throw BigflowException.of(
          new Problem(
              "The registry took the image '"
                  + image.reference()
                  + "' but has no manifest "
                  + image.digest(),
              registry.name(),
              "Build and push again with: mvn clean deploy",
              "image-absent"));
    }
    progress.say("Image pushed: " + image.reference() + " (" + image.digest() + ")");
    return Result.PUSHED;
  }
}
