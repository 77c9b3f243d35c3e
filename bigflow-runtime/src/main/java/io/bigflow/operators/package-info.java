// SPDX-License-Identifier: Apache-2.0
/**
 * Operators and sensors of Airflow in one line each. What a method has no parameter for is added by
 * {@link io.bigflow.workflow.Operator#with}.
 *
 * <p>A parameter of type {@code Object} is a {@link String}, which reaches the operator as it is,
 * or a {@link io.bigflow.workflow.Template}, which Airflow completes when the task starts; anything
 * else is refused at once. Operators that can wait without a worker do.
 */
@NullMarked
package io.bigflow.operators;

import org.jspecify.annotations.NullMarked;
