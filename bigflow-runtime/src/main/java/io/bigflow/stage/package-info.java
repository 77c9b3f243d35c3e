// SPDX-License-Identifier: Apache-2.0
/** Makes the templates of pipelines; entry point of the build. */
@NullMarked
package io.bigflow.stage;

import org.jspecify.annotations.NullMarked;
