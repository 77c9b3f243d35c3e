// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What tasks of all kinds may state. What is null is taken from the workflow, or left to Airflow.
 * Immutable for all but {@link #changed}.
 */
final class TaskSettings {
  static final TaskSettings NONE = new TaskSettings();

  private List<String> upstream = List.of();
  private TriggerRule triggerRule = TriggerRule.ALL_SUCCESS;
  private @Nullable RetryPolicy retry;
  private @Nullable Duration timeout;
  private @Nullable List<String> impersonated;
  private @Nullable String group;
  private @Nullable String pool;
  private int poolSlots = 1;
  private @Nullable Integer priority;
  private @Nullable String documentation;

  private TaskSettings() {}

  private TaskSettings changed(Consumer<TaskSettings> change) {
    TaskSettings copy = new TaskSettings();
    copy.upstream = upstream;
    copy.triggerRule = triggerRule;
    copy.retry = retry;
    copy.timeout = timeout;
    copy.impersonated = impersonated;
    copy.group = group;
    copy.pool = pool;
    copy.poolSlots = poolSlots;
    copy.priority = priority;
    copy.documentation = documentation;
    change.accept(copy);
    return copy;
  }

  TaskSettings after(String... taskIds) {
    LinkedHashSet<String> all = new LinkedHashSet<>(upstream);
    for (String taskId : taskIds) {
      all.add(Objects.requireNonNull(taskId, "The id of an upstream task is null"));
    }
    return changed(copy -> copy.upstream = List.copyOf(all));
  }

  TaskSettings triggerRule(TriggerRule rule) {
    Objects.requireNonNull(rule, "The trigger rule of a task is null");
    return changed(copy -> copy.triggerRule = rule);
  }

  TaskSettings retry(RetryPolicy policy) {
    Objects.requireNonNull(policy, "The retry policy of a task is null");
    return changed(copy -> copy.retry = policy);
  }

  TaskSettings timeout(Duration limit) {
    Objects.requireNonNull(limit, "The timeout of a task is null");
    return changed(copy -> copy.timeout = limit);
  }

  TaskSettings impersonated(String... accounts) {
    for (String account : accounts) {
      Objects.requireNonNull(account, "A service account of a task is null");
    }
    List<String> stated = Impersonation.stated(accounts);
    return changed(copy -> copy.impersonated = stated);
  }

  TaskSettings group(String name) {
    Objects.requireNonNull(name, "The group of a task is null");
    return changed(copy -> copy.group = name);
  }

  TaskSettings pool(String name, int slots) {
    Objects.requireNonNull(name, "The pool of a task is null");
    return changed(
        copy -> {
          copy.pool = name;
          copy.poolSlots = slots;
        });
  }

  TaskSettings priority(int weight) {
    return changed(copy -> copy.priority = weight);
  }

  TaskSettings documentation(String markdown) {
    Objects.requireNonNull(markdown, "The documentation of a task is null");
    return changed(copy -> copy.documentation = markdown);
  }

  List<String> upstream() {
    return upstream;
  }

  TriggerRule triggerRule() {
    return triggerRule;
  }

  @Nullable RetryPolicy retry() {
    return retry;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  @Nullable List<String> impersonated() {
    return impersonated;
  }

  @Nullable String group() {
    return group;
  }

  @Nullable String pool() {
    return pool;
  }

  int poolSlots() {
    return poolSlots;
  }

  @Nullable Integer priority() {
    return priority;
  }

  @Nullable String documentation() {
    return documentation;
  }
}
