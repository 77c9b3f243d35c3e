// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.spec.ProjectSpec;
import java.util.List;

/** Turns definitions into specs. */
public interface WorkflowDiscovery {

  /**
   * The workflows that the definitions declare for an environment; definitions that yield none are
   * among {@link ProjectSpec#failures()}.
   *
   * @param definitions binary names
   */
  ProjectSpec describe(List<String> definitions, String env) throws InterruptedException;
}
