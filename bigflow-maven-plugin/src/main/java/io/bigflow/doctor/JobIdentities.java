// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * As whom the jobs of an environment act in the end.
 *
 * @param accounts e-mail addresses of service accounts, each once
 * @param isComplete whether there is no job whose account is unknown
 */
public record JobIdentities(List<String> accounts, boolean isComplete) {

  /** Copies the list. */
  public JobIdentities {
    accounts = List.copyOf(accounts);
  }

  /**
   * The accounts of a project's jobs.
   *
   * @param pods the account of the Composer environment, as which a job acts that names none; empty
   *     if it is not known
   */
  public static JobIdentities of(ProjectSpec spec, Optional<String> pods) {
    Set<String> accounts = new LinkedHashSet<>();
    boolean complete = true;
    for (WorkflowSpec workflow : spec.workflows()) {
      for (TaskSpec job : workflow.tasks()) {
        @Nullable List<String> chain = job.settings().impersonation();
        if (chain != null && !chain.isEmpty()) {
          accounts.add(chain.get(chain.size() - 1));
        } else if (pods.isPresent()) {
          accounts.add(pods.get());
        } else {
          complete = false;
        }
      }
    }
    return new JobIdentities(new ArrayList<>(accounts), complete);
  }
}
