// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import java.util.List;

/** A job of a tested workflow threw; the cause is what it threw. */
public final class JobFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String job;
  private final String[] done;

  JobFailedException(String workflow, String job, List<String> done, Exception cause) {
    super(
        "Job '"
            + job
            + "' of workflow '"
            + workflow
            + "' failed: "
            + cause
            + ". Done before: "
            + (done.isEmpty() ? "none" : String.join(", ", done))
            + ".",
        cause);
    this.job = job;
    this.done = done.toArray(String[]::new);
  }

  /** The id of the job that failed. */
  public String job() {
    return job;
  }

  /** The ids of the jobs that were done before. */
  public List<String> done() {
    return List.of(done);
  }
}
