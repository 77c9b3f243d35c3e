// SPDX-License-Identifier: Apache-2.0
/** Requests to servers that are not Google's, through the proxy and with its login. */
@NullMarked
package io.bigflow.http;

import org.jspecify.annotations.NullMarked;
