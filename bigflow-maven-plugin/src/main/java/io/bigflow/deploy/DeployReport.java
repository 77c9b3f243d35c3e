// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.progress.Elapsed;
import java.time.Duration;
import java.util.List;

/**
 * What a deployment did.
 *
 * @param bucket how messages name the bucket
 * @param items one for each object of ours, ordered by path; objects of others are not ours to tell
 * @param duration how long all of it took
 */
public record DeployReport(String bucket, List<Item> items, Duration duration) {

  /** Copies the list. */
  public DeployReport {
    items = List.copyOf(items);
  }

  /** What became of an object. */
  public enum Action {
    /** It is new. */
    ADDED,
    /** It was overwritten. */
    CHANGED,
    /** It is gone. */
    REMOVED,
    /** It was left as it was. */
    UNCHANGED;

    /** The word in messages. */
    public String word() {
      return switch (this) {
        case ADDED -> "added";
        case CHANGED -> "changed";
        case REMOVED -> "removed";
        case UNCHANGED -> "unchanged";
      };
    }
  }

  /**
   * One object.
   *
   * @param path its name in the bucket
   * @param action what became of it
   * @param duration how long the change took, retries included
   */
  public record Item(String path, Action action, Duration duration) {}

  /** How many objects an action befell. */
  public int count(Action action) {
    return (int) items.stream().filter(item -> item.action() == action).count();
  }

  /** One line: {@code 1 added, 2 changed, 0 removed, 5 unchanged in 1.2 s}. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (Action action : Action.values()) {
      text.append(text.isEmpty() ? "" : ", ").append(count(action)).append(' ');
      text.append(action.word());
    }
    return text.append(" in ").append(Elapsed.text(duration)).toString();
  }
}
