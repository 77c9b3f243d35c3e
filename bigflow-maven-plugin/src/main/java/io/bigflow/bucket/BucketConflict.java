// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.List;

/** What every bucket says when an object is not the one that the caller has seen. */
public final class BucketConflict extends BigflowException {
  private static final long serialVersionUID = 1L;

  private BucketConflict(Problem problem) {
    super(problem.text(), List.of(problem), null);
  }

  /**
   * The object was written, changed or removed by somebody else since the caller looked.
   *
   * @param action what was tried, for example {@code write}
   * @param bucket the bucket's {@link DagBucket#name()}
   */
  public static BucketConflict of(String action, String bucket, String path) {
    return new BucketConflict(
        new Problem(
            "Cannot "
                + action
                + " '"
                + bucket
                + "/"
                + path
                + "': somebody else changed this object a moment ago, so it was left as it is",
            bucket + "/" + path,
            "If another deployment of this project is running, wait for its end; then run the same"
                + " command again",
            "deploy-conflict"));
  }
}
