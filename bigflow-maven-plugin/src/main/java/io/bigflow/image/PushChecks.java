// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What every place for images demands before it stores one. */
public final class PushChecks {

  private PushChecks() {}

  /** The archive is the image that was described; otherwise a BigflowException. */
  public static void sameImage(Path tar, BuiltImage image) {
    if (!Files.isRegularFile(tar)) {
      throw BigflowException.of(
          Problem.of("There is no image to push", tar.toString(), "Build it first: mvn package"));
    }
    try (ImageTar archive = ImageTar.open(tar)) {
      if (!archive.digest().equals(image.digest())) {
        throw BigflowException.of(
            Problem.of(
                "The archive holds the image '"
                    + archive.digest()
                    + "', but image.json beside it and the DAG files name '"
                    + image.digest()
                    + "'",
                tar.toString(),
                "Build both again: mvn clean package"));
      }
    }
  }

  /** A tag is never moved to another image; otherwise a BigflowException. */
  public static void tagStays(
      ImageReference reference, Optional<String> tagged, BuiltImage image, String registry) {
    Optional<Problem> taken = takenTag(reference, tagged, image, registry);
    if (taken.isPresent()) {
      throw BigflowException.of(taken.get());
    }
  }

  /** What is wrong with a tag that names another image already; empty if it does not. */
  public static Optional<Problem> takenTag(
      ImageReference reference, Optional<String> tagged, BuiltImage image, String registry) {
    if (tagged.isEmpty() || tagged.get().equals(image.digest())) {
      return Optional.empty();
    }
    return Optional.of(
        Problem.of(
                "The tag '"
                    + reference
                    + "' is taken: it means "
                    + tagged.get()
                    + ", and the image built here is "
                    + image.digest()
                    + ". A tag is never moved",
                registry,
                "Give the project a new <version> or make a new commit, then run mvn deploy again."
                    + " If nothing was changed since the first push, build with the same JDK and base"
                    + " image as then: the same sources then give the same image")
            .see("tag-taken"));
  }
}
