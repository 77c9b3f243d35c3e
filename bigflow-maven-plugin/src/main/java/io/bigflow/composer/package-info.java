// SPDX-License-Identifier: Apache-2.0
/** Cloud Composer: what an environment tells of itself. */
@NullMarked
package io.bigflow.composer;

import org.jspecify.annotations.NullMarked;
