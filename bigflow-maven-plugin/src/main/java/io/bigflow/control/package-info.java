// SPDX-License-Identifier: Apache-2.0
/** Starts, follows and reports the runs of a project in Airflow. */
@NullMarked
package io.bigflow.control;

import org.jspecify.annotations.NullMarked;
