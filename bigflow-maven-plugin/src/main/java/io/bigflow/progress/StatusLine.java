// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

import java.util.function.Consumer;

/**
 * The last line of a terminal, which is written again and again until it is cleared. All {@link
 * PlainProgress} of one terminal share it, so that each knows what stands there.
 */
public final class StatusLine {

  // What goes over the edge of a terminal goes to its next line, which nobody clears.
  private static final int COLUMNS = 79;

  private final Consumer<String> terminal;
  private int width;

  /**
   * An empty line.
   *
   * @param terminal takes characters as they are, without a line end, and shows them at once
   */
  public StatusLine(Consumer<String> terminal) {
    this.terminal = terminal;
  }

  /** Writes the text over what stands there; at most 79 columns of it. */
  synchronized void show(String text) {
    String shown = text.length() > COLUMNS ? text.substring(0, COLUMNS - 3) + "..." : text;
    // A shorter text must cover the rest of a longer one.
    terminal.accept("\r" + shown + " ".repeat(Math.max(0, width - shown.length())));
    width = shown.length();
  }

  /** Leaves an empty line with the cursor at its start. */
  synchronized void clear() {
    if (width > 0) {
      terminal.accept("\r" + " ".repeat(width) + "\r");
      width = 0;
    }
  }
}
