// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.List;
import java.util.Optional;

/** A job that says itself as which service account it acts, whatever its task says. */
public interface ImpersonatingJob extends Job {

  /**
   * The delegates, if any, then the account to act as; an empty list to act as nobody else; empty
   * to leave it to the task, the workflow and the environment.
   */
  Optional<List<String>> impersonatedServiceAccounts();
}
