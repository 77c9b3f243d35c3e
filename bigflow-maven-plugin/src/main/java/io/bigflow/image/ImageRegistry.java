// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.problem.BigflowException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where images are kept: a registry, or the directory that stands for one in a local deployment.
 *
 * <p>Every method throws {@link BigflowException} for what the user can repair: the registry cannot
 * be reached, refuses the credentials, or has no such repository.
 */
public interface ImageRegistry {

  /** How messages name the registry. */
  String name();

  /** Whether the repository has a manifest with this digest. */
  boolean has(String repository, String digest);

  /** The digest that a tag points to, if the tag exists. */
  Optional<String> digestOf(ImageReference reference);

  /**
   * Stores an image under its reference. Afterwards the manifest has {@link BuiltImage#digest()}.
   *
   * @param tar the archive that {@code build-image} wrote
   */
  void push(Path tar, BuiltImage image);
}
