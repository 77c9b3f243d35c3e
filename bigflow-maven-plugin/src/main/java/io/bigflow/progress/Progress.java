// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

/**
 * Where the parts tell what they do. The wording belongs to the caller, the appearance to the
 * implementation.
 */
public interface Progress {

  /** A line that every user wants to see. */
  void say(String line);

  /** Something the user should act on, though the build goes on. */
  void warn(String line);

  /** A line for those who look closer. */
  void detail(String line);

  /**
   * Opens a step that takes a while.
   *
   * @param name what is going on, for example {@code pushing image}
   * @param total how many units it has; 0 = unknown
   * @param unit what is counted
   */
  Step step(String name, long total, Unit unit);

  /** Opens a step that counts items. */
  default Step step(String name, long total) {
    return step(name, total, Unit.ITEMS);
  }

  /** What a step counts. */
  enum Unit {
    /** Things, such as files. */
    ITEMS,
    /** Bytes, shown as megabytes. */
    BYTES
  }

  /** A step under way. Closing it says how long it took. */
  interface Step extends AutoCloseable {

    /** More units are done; safe to call from several threads. */
    void advance(long units);

    @Override
    void close();
  }
}
