// SPDX-License-Identifier: Apache-2.0
/** Job configuration: values per environment, read with SmallRye Config. */
@NullMarked
package io.bigflow.config;

import org.jspecify.annotations.NullMarked;
