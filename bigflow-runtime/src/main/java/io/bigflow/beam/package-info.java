// SPDX-License-Identifier: Apache-2.0
/**
 * Apache Beam pipelines as jobs, on this machine and on Dataflow. Needs {@code
 * org.apache.beam:beam-sdks-java-core} and a runner of Beam on the class path.
 */
@NullMarked
package io.bigflow.beam;

import org.jspecify.annotations.NullMarked;
