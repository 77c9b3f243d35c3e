// SPDX-License-Identifier: Apache-2.0
/** Runs real Maven builds, for the tests and for the guided tour. */
@NullMarked
package io.bigflow.it;

import org.jspecify.annotations.NullMarked;
