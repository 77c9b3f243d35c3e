// SPDX-License-Identifier: Apache-2.0
/** The goals: Maven's side of everything, and the place where the parts are wired. */
@NullMarked
package io.bigflow.maven;

import org.jspecify.annotations.NullMarked;
