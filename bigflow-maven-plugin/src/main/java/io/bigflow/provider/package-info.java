// SPDX-License-Identifier: Apache-2.0
/** What Airflow's providers have: the operators of each release, and the releases of each image. */
@NullMarked
package io.bigflow.provider;

import org.jspecify.annotations.NullMarked;
