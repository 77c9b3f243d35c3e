// SPDX-License-Identifier: Apache-2.0
/** From the name of a class to the workflow that it declares; says why if there is none. */
@NullMarked
package io.bigflow.definition;

import org.jspecify.annotations.NullMarked;
