// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

/** What happens when a DAG that would be removed has runs that are not over. */
public enum ActiveRunPolicy {
  /** Nothing is deployed. */
  REFUSE,
  /** The deployment waits until they are over. */
  WAIT,
  /** The DAG is removed all the same; the rest of its runs fails. */
  FORCE
}
