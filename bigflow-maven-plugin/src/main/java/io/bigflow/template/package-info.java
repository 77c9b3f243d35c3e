// SPDX-License-Identifier: Apache-2.0
/** The templates that Airflow starts pipelines from. */
@NullMarked
package io.bigflow.template;

import org.jspecify.annotations.NullMarked;
