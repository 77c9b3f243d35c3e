// SPDX-License-Identifier: Apache-2.0
/** Java processes of the user's code, beside Maven. */
@NullMarked
package io.bigflow.process;

import org.jspecify.annotations.NullMarked;
