// SPDX-License-Identifier: Apache-2.0
/** Starts one job; the entry point of the project's image. */
@NullMarked
package io.bigflow.launch;

import org.jspecify.annotations.NullMarked;
