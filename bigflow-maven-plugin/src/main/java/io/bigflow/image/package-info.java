// SPDX-License-Identifier: Apache-2.0
/** The project's container image: its name, its parts, and what was built. */
@NullMarked
package io.bigflow.image;

import org.jspecify.annotations.NullMarked;
