// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.bigflow;

import org.jspecify.annotations.NullMarked;
