// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.progress.LineSink;
import io.bigflow.progress.PlainProgress;
import io.bigflow.progress.Progress;
import org.apache.maven.plugin.logging.Log;

/** Progress in Maven's log. */
final class MavenProgress {

  private MavenProgress() {}

  static Progress to(Log log) {
    return PlainProgress.lines(new LogSink(log), System::nanoTime);
  }

  private record LogSink(Log log) implements LineSink {
    @Override
    public void info(String line) {
      log.info(line);
    }

    @Override
    public void warn(String line) {
      log.warn(line);
    }

    @Override
    public void debug(String line) {
      log.debug(line);
    }
  }
}
