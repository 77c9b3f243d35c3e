// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

/** Where finished lines go, for example Maven's log. */
public interface LineSink {

  /** A line that every user wants to see. */
  void info(String line);

  /** A line that the user should act on. */
  void warn(String line);

  /** A line for those who look closer. */
  void debug(String line);

  /** Whether the lines for those who look closer appear anywhere. */
  default boolean showsDebug() {
    return true;
  }
}
