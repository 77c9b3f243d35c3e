// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.progress.Elapsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment did.
 *
 * @param bucket how messages name the bucket
 * @param owner for whom it was done
 * @param deployment what was recorded; null = there was nothing to change
 * @param images the images that the DAGs name, {@code repository@sha256:…}
 * @param items one for each object of ours, ordered by path; objects of others are not ours to tell
 * @param phases what it did one after the other
 * @param duration how long all of it took
 */
public record DeployReport(
    String bucket,
    Owner owner,
    @Nullable Deployment deployment,
    List<String> images,
    List<Item> items,
    List<Phase> phases,
    Duration duration) {

  private static final String DAGS = "dags/";

  /** Copies the lists. */
  public DeployReport {
    images = List.copyOf(images);
    items = List.copyOf(items);
    phases = List.copyOf(phases);
  }

  /**
   * A part of the deployment.
   *
   * @param name what was done
   * @param duration how long it took
   */
  public record Phase(String name, Duration duration) {}

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
   * @param dagId the DAG that it holds; may be empty
   * @param action what became of it
   * @param duration how long the change took, retries included
   */
  public record Item(String path, String dagId, Action action, Duration duration) {}

  /** The same, after something that was done before. */
  public DeployReport withFirstPhase(Phase first) {
    List<Phase> all = new ArrayList<>(phases);
    all.add(0, first);
    return new DeployReport(
        bucket, owner, deployment, images, items, all, duration.plus(first.duration()));
  }

  /** How many DAG files an action befell. */
  public int count(Action action) {
    return (int) items.stream().filter(item -> isDag(item) && item.action() == action).count();
  }

  private static boolean isDag(Item item) {
    return item.path().startsWith(DAGS);
  }

  /**
   * One line: {@code 1 added, 2 changed, 0 removed, 5 unchanged in 1.2 s}, with the files beside
   * the DAGs that were written, if any.
   */
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (Action action : Action.values()) {
      text.append(text.isEmpty() ? "" : ", ").append(count(action)).append(' ');
      text.append(action.word());
    }
    long beside =
        items.stream().filter(item -> !isDag(item) && item.action() == Action.ADDED).count();
    text.append(beside > 0 ? ", " + beside + " beside the DAGs uploaded" : "");
    return text.append(" in ").append(Elapsed.text(duration)).toString();
  }
}
