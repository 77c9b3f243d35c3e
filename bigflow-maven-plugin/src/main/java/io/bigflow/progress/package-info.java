// SPDX-License-Identifier: Apache-2.0
/** The moments of a build or deployment that a user wants to see. */
@NullMarked
package io.bigflow.progress;

import org.jspecify.annotations.NullMarked;
