// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import java.util.List;

/**
 * What {@code build-image} left behind: {@code target/bigflow/image.json} beside {@code image.tar}.
 *
 * @param formatVersion the format of the file
 * @param repository registry and repository
 * @param tag the tag that the image is pushed under
 * @param digest {@code sha256:…} of the manifest; the same in the tar and in a registry
 * @param id {@code sha256:…} of the image's configuration
 * @param layers {@code sha256:…} of each compressed layer, from the base upwards
 */
public record BuiltImage(
    int formatVersion,
    String repository,
    String tag,
    String digest,
    String id,
    List<String> layers) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  /** Copies the list. */
  public BuiltImage {
    layers = List.copyOf(layers);
  }

  /** The name under which the image is pushed. */
  public ImageReference reference() {
    return new ImageReference(repository, tag);
  }

  /** {@code repository@sha256:…}, the name that never changes its meaning. */
  public String pinned() {
    return repository + "@" + digest;
  }
}
