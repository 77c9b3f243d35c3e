// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import org.apache.maven.execution.MavenSession;

/**
 * Another exit code for a build that succeeds, which Maven itself does not offer. Set at the very
 * end of the process, so that the build, and other goals in it, end as always; a build that fails
 * keeps its exit code.
 */
final class ExitCode {
  private static final String NAME = "bigflow-exit-code";

  private ExitCode() {}

  /** Ends this process with an exit code, once Maven is done and if nothing has failed. */
  static void whenMavenSucceeds(int code, MavenSession session) {
    String key = "io.bigflow.exitCode";
    // Several modules may ask for it.
    if (session.getRepositorySession().getData().get(key) == null) {
      session.getRepositorySession().getData().set(key, code);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    if (!session.getResult().hasExceptions()) {
                      System.out.flush();
                      Runtime.getRuntime().halt(code);
                    }
                  },
                  NAME));
    }
  }
}
