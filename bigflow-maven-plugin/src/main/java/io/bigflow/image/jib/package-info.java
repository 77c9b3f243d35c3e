// SPDX-License-Identifier: Apache-2.0
/** Builds and pushes images; the only package that knows Jib. */
@NullMarked
package io.bigflow.image.jib;

import org.jspecify.annotations.NullMarked;
