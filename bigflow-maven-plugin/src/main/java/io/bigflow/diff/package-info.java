// SPDX-License-Identifier: Apache-2.0
/** What is different between two texts, for a person to read. */
@NullMarked
package io.bigflow.diff;

import org.jspecify.annotations.NullMarked;
