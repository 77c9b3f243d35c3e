// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

/** What a job waits for, if its pipeline runs by itself. */
enum Mode {
  /** The end of the pipeline. */
  BATCH,
  /** Its start. */
  DETACHED,
  /** Its start, unless it runs already; it is of all runs of the workflow. */
  STREAMING
}
