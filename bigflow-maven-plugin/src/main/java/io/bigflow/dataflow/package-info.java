// SPDX-License-Identifier: Apache-2.0
/** The jobs of Dataflow, whoever asks for them. */
@NullMarked
package io.bigflow.dataflow;

import org.jspecify.annotations.NullMarked;
