// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import org.jspecify.annotations.Nullable;

/** The element {@code <image>} of the plugin's configuration. */
public final class ImageParameters {

  /** Registry and repository; the same as {@code bigflow.image.repository}. */
  private @Nullable String repository;

  /** The image to build upon; the same as {@code bigflow.image.base}. */
  private @Nullable String base;

  /** The element {@code <repository>}. */
  @Nullable String repository() {
    return repository;
  }

  /** The element {@code <base>}. */
  @Nullable String base() {
    return base;
  }

  /** Called by Maven. */
  public void setRepository(String value) {
    this.repository = value;
  }

  /** Called by Maven. */
  public void setBase(String value) {
    this.base = value;
  }
}
