// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

/** The last line of a terminal, which is written again and again until it is cleared. */
@FunctionalInterface
public interface StatusLine {

  /**
   * Writes characters as they are, without a line end, so that they are seen at once.
   *
   * @param text begins with a carriage return
   */
  void write(String text);
}
