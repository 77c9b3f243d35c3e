// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/** What a workflow may depend on when it is declared: the environment and its configuration. */
public interface DefinitionContext {

  /** The environment in which the jobs will work, for example {@code dev} or {@code prod}. */
  String env();

  /** The job configuration of that environment. */
  JobConfig config();
}
