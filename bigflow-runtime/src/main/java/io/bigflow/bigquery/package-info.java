// SPDX-License-Identifier: Apache-2.0
/**
 * BigQuery jobs. Needs {@code com.google.cloud:google-cloud-bigquery} among the project's
 * dependencies.
 */
@NullMarked
package io.bigflow.bigquery;

import org.jspecify.annotations.NullMarked;
