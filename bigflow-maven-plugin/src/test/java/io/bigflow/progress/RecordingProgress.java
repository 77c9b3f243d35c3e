// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

import java.util.ArrayList;
import java.util.List;

/** Progress for tests: writes down every moment, without any time in it. */
public final class RecordingProgress implements Progress {

  private final List<String> lines = new ArrayList<>();

  /** What was told: {@code say …}, {@code warn …}, {@code detail …}, {@code step NAME: n of m}. */
  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** The lines that every user sees. */
  public synchronized List<String> said() {
    return lines.stream().filter(l -> l.startsWith("say ")).map(l -> l.substring(4)).toList();
  }

  @Override
  public synchronized void say(String line) {
    lines.add("say " + line);
  }

  @Override
  public synchronized void warn(String line) {
    lines.add("warn " + line);
  }

  @Override
  public synchronized void detail(String line) {
    lines.add("detail " + line);
  }

  @Override
  public Step step(String name, long total, Unit unit) {
    return new Step() {
      private long done;

      @Override
      public void advance(long units) {
        synchronized (RecordingProgress.this) {
          done += units;
        }
      }

      @Override
      public void close() {
        synchronized (RecordingProgress.this) {
          lines.add("step " + name + ": " + done + " of " + total);
        }
      }
    };
  }
}
