// SPDX-License-Identifier: Apache-2.0
/** Turns workflow definitions into specs; runs in a JVM of its own during the build. */
@NullMarked
package io.bigflow.describe;

import org.jspecify.annotations.NullMarked;
