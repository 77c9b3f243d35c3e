// SPDX-License-Identifier: Apache-2.0
/** Builds the image with the user's own Jib plugin, and reads credentials from Maven's settings. */
@NullMarked
package io.bigflow.maven.image;

import org.jspecify.annotations.NullMarked;
