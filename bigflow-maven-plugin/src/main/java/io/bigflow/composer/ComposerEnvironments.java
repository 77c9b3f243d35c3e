// SPDX-License-Identifier: Apache-2.0
package io.bigflow.composer;

import io.bigflow.problem.BigflowException;

/** Where environments are looked up. */
public interface ComposerEnvironments {

  /**
   * Looks an environment up.
   *
   * @throws BigflowException if it cannot be found or the caller may not see it
   */
  ComposerEnvironment get(ComposerName name);
}
