// SPDX-License-Identifier: Apache-2.0
/** What a deployment changes, and how it changes it. */
@NullMarked
package io.bigflow.deploy;

import org.jspecify.annotations.NullMarked;
