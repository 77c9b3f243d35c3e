// SPDX-License-Identifier: Apache-2.0
/** From a project's classes to checked workflow specs. User classes are read here, never loaded. */
@NullMarked
package io.bigflow.discovery;

import org.jspecify.annotations.NullMarked;
