// SPDX-License-Identifier: Apache-2.0
/**
 * Small servers that stand for the real ones where those cannot be had. They prove our clients
 * against our reading of an API, not against the service itself.
 */
@NullMarked
package io.bigflow.fakes;

import org.jspecify.annotations.NullMarked;
