// SPDX-License-Identifier: Apache-2.0
/** Cloud Storage, reached with Google's own client. */
@NullMarked
package io.bigflow.gcp;

import org.jspecify.annotations.NullMarked;
