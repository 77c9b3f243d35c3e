// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;

/** Names of images as Jib understands them: it leaves out Docker Hub and the tag "latest". */
public final class JibNames {

  private JibNames() {}

  /** Whether two names mean the same image. */
  public static boolean same(String one, String other) {
    try {
      return ImageReference.parse(one).equals(ImageReference.parse(other));
    } catch (InvalidImageReferenceException e) {
      return false;
    }
  }

  /** Whether two names mean the same repository, whatever their tags. */
  public static boolean sameRepository(String one, String other) {
    try {
      ImageReference first = ImageReference.parse(one);
      ImageReference second = ImageReference.parse(other);
      return first.getRegistry().equals(second.getRegistry())
          && first.getRepository().equals(second.getRepository());
    } catch (InvalidImageReferenceException e) {
      return false;
    }
  }
}
