// SPDX-License-Identifier: Apache-2.0
/**
 * What a deployment must survive: servers that fail, networks that break, processes that are
 * killed. Each test here is a row of docs/reliability.md.
 */
@NullMarked
package io.bigflow.faults;

import org.jspecify.annotations.NullMarked;
