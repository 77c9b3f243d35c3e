// SPDX-License-Identifier: Apache-2.0
/** The plugin's parameters: where their values come from, and which names there are. */
@NullMarked
package io.bigflow.maven.parameters;

import org.jspecify.annotations.NullMarked;
