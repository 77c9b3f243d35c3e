// SPDX-License-Identifier: Apache-2.0
/** Google Cloud: credentials and Cloud Storage; the only package that knows Google's libraries. */
@NullMarked
package io.bigflow.gcp;

import org.jspecify.annotations.NullMarked;
