// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import org.jspecify.annotations.Nullable;

/** The element {@code <storage>} of the plugin's configuration. */
public final class StorageParameters {

  /** Another address of Cloud Storage; the same as {@code bigflow.storage.endpoint}. */
  private @Nullable String endpoint;

  /** The element {@code <endpoint>}. */
  @Nullable String endpoint() {
    return endpoint;
  }

  /** Called by Maven. */
  public void setEndpoint(String value) {
    this.endpoint = value;
  }
}
