// SPDX-License-Identifier: Apache-2.0
/** From a workflow spec and an image to the text of an Airflow DAG file. */
@NullMarked
package io.bigflow.dag;

import org.jspecify.annotations.NullMarked;
