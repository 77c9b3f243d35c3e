// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

/**
 * One deployment of the past.
 *
 * @param number counts the deployments of one project and environment from 1
 * @param kind what was done
 * @param restored the number of the deployment that was brought back; 0 = none
 * @param version the project's version
 * @param commit the commit that was built; empty outside a repository
 * @param dirty whether the work tree differed from the commit
 * @param by who deployed
 * @param at when, in UTC as ISO-8601 text, by the clock of the machine that deployed; for people,
 *     no decision depends on it
 * @param tool the version of BigFlow that deployed
 * @param dags how many DAG files were there afterwards
 */
public record Deployment(
    int number,
    Kind kind,
    int restored,
    String version,
    String commit,
    boolean dirty,
    String by,
    String at,
    String tool,
    int dags) {

  /** What a deployment was for. */
  public enum Kind {
    /** To bring what was built. */
    DEPLOY,
    /** To bring an earlier deployment back. */
    ROLLBACK,
    /** To remove everything. */
    UNDEPLOY
  }

  Deployment withDags(int count) {
    return new Deployment(number, kind, restored, version, commit, dirty, by, at, tool, count);
  }

  /** How messages name it: {@code number 42 (version 1.2.0, commit 0123abc, by …, since …)}. */
  public String text() {
    return "number "
        + number
        + " (version "
        + version
        + (commit.isEmpty() ? "" : ", commit " + shortCommit() + (dirty ? " with changes" : ""))
        + ", by "
        + by
        + ", started "
        + at
        + ")";
  }

  /** The commit as people write it; empty outside a repository. */
  public String shortCommit() {
    return commit.substring(0, Math.min(7, commit.length()));
  }
}
