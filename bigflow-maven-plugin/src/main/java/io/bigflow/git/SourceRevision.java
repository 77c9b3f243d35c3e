// SPDX-License-Identifier: Apache-2.0
package io.bigflow.git;

/**
 * The commit that a build is made from.
 *
 * @param commit the full id; empty outside a repository
 * @param dirty whether the work tree differs from that commit
 */
public record SourceRevision(String commit, boolean dirty) {

  /** A build outside any repository. */
  public static final SourceRevision NONE = new SourceRevision("", false);

  /** Whether the commit says exactly what was built. */
  public boolean isExact() {
    return !commit.isEmpty() && !dirty;
  }

  /** The first 12 characters of the commit: enough to be unique in any repository. */
  public String shortCommit() {
    return commit.substring(0, Math.min(12, commit.length()));
  }
}
