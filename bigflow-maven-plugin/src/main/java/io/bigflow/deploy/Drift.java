// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

/** How an object of ours differs from what the last deployment left. */
public enum Drift {
  /** Not at all, or only as deployments change it. */
  NONE,
  /** Somebody edited it by hand. */
  EDITED,
  /** Somebody removed it by hand. */
  REMOVED
}
