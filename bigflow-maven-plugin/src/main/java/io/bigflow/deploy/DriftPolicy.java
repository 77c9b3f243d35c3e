// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

/** What happens to our DAG files that somebody edited by hand in the bucket. */
public enum DriftPolicy {
  /** They are overwritten; the archive of the deployment keeps what was there. */
  OVERWRITE,
  /** Nothing is deployed. */
  REFUSE
}
