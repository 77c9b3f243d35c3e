// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugin.testing.SilentLog;

/** Keeps what a goal tells at level INFO. */
final class RecordingLog extends SilentLog {
  private final List<String> lines = new ArrayList<>();

  @Override
  public void info(CharSequence content) {
    lines.add(content.toString());
  }

  List<String> lines() {
    return lines;
  }
}
