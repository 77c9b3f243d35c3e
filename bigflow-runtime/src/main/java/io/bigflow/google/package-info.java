// SPDX-License-Identifier: Apache-2.0
/** As whom a job acts on Google Cloud. */
@NullMarked
package io.bigflow.google;

import org.jspecify.annotations.NullMarked;
