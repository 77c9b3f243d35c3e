// SPDX-License-Identifier: Apache-2.0
/** What a running Airflow, of line 2 or 3, says about its DAGs and their runs. */
@NullMarked
package io.bigflow.airflow;

import org.jspecify.annotations.NullMarked;
