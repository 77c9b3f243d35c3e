// SPDX-License-Identifier: Apache-2.0
/** The commit that a build is made from. */
@NullMarked
package io.bigflow.git;

import org.jspecify.annotations.NullMarked;
