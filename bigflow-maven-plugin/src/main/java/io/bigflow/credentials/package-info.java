// SPDX-License-Identifier: Apache-2.0
/** Who authenticates: one source of credentials for the bucket, the registry and Airflow. */
@NullMarked
package io.bigflow.credentials;

import org.jspecify.annotations.NullMarked;
