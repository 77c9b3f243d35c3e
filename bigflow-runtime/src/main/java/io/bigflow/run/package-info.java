// SPDX-License-Identifier: Apache-2.0
/** A run of a job: its context, its runtime, its cancellation. */
@NullMarked
package io.bigflow.run;

import org.jspecify.annotations.NullMarked;
