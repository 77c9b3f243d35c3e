// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.progress.Progress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what it is told. */
public final class RecordingProgress implements Progress {
  public final List<String> said = new CopyOnWriteArrayList<>();
  public final List<String> warnings = new CopyOnWriteArrayList<>();
  public final List<String> details = new CopyOnWriteArrayList<>();
  public final AtomicLong advanced = new AtomicLong();

  @Override
  public void say(String line) {
    said.add(line);
  }

  @Override
  public void warn(String line) {
    warnings.add(line);
  }

  @Override
  public void detail(String line) {
    details.add(line);
  }

  @Override
  public Step step(String name, long total, Unit unit) {
    return new Step() {
      @Override
      public void advance(long units) {
        advanced.addAndGet(units);
      }

      @Override
      public void close() {
        // Nothing is kept open.
      }
    };
  }

  /** Everything that was told, for checks that something was not. */
  public String everything() {
    return said + "\n" + warnings + "\n" + details;
  }
}
