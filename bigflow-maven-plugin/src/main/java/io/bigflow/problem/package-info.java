// SPDX-License-Identifier: Apache-2.0
/** What is wrong, where, and how to mend it. */
@NullMarked
package io.bigflow.problem;

import org.jspecify.annotations.NullMarked;
