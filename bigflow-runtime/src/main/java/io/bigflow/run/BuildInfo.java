// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import org.jspecify.annotations.Nullable;

/**
 * What build a job is part of.
 *
 * @param version the project's version
 * @param image the image that the job runs in, by digest; null outside an image
 */
public record BuildInfo(String version, @Nullable String image) {

  /** Of a project whose classes nobody has packaged. */
  public static final BuildInfo UNKNOWN = new BuildInfo("unknown", null);
}
