// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageRegistry;
import java.util.Optional;

/**
 * What a deployment does about the image.
 *
 * @param reference the name under which it is pushed
 * @param digest {@code sha256:…} of its manifest
 * @param action what is to be done
 */
public record ImagePlan(String reference, String digest, Action action) {

  /** What is to be done about an image. */
  public enum Action {
    /** The registry does not have it. */
    PUSH,
    /** The registry has it under its tag. */
    ALREADY_THERE,
    /** Its tag names another image: the deployment would stop. */
    TAG_TAKEN
  }

  /** Asks the registry; sends nothing. */
  public static ImagePlan of(BuiltImage image, ImageRegistry registry) {
    Optional<String> present = registry.digestOf(image.reference());
    Action action =
        present.isEmpty()
            ? Action.PUSH
            : present.get().equals(image.digest()) ? Action.ALREADY_THERE : Action.TAG_TAKEN;
    return new ImagePlan(image.reference().toString(), image.digest(), action);
  }
}
