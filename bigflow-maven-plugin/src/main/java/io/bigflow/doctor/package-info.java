// SPDX-License-Identifier: Apache-2.0
/**
 * Checks, without changing anything, whether a deployment and its jobs would be allowed to work.
 */
@NullMarked
package io.bigflow.doctor;

import org.jspecify.annotations.NullMarked;
