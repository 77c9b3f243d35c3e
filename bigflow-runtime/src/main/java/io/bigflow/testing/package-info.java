// SPDX-License-Identifier: Apache-2.0
/** Runs workflows in unit tests, with any test framework. */
@NullMarked
package io.bigflow.testing;

import org.jspecify.annotations.NullMarked;
