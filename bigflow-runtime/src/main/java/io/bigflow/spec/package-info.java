// SPDX-License-Identifier: Apache-2.0
/**
 * The neutral, versioned description of workflows: all that the Maven plugin knows of user code.
 */
@NullMarked
package io.bigflow.spec;

import org.jspecify.annotations.NullMarked;
