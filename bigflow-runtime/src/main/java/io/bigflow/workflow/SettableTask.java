// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings that all kinds of tasks have. Immutable: every method returns a changed copy.
 *
 * @param <T> the kind
 */
abstract class SettableTask<T extends Task> {
  private final String id;
  private final TaskSettings settings;

  SettableTask(String id, TaskSettings settings) {
    this.id = Objects.requireNonNull(id, "The id of a task is null");
    this.settings = settings;
  }

  /** This task with other settings. */
  abstract T with(TaskSettings changed);

  final TaskSettings settings() {
    return settings;
  }

  /**
   * This task, with further tasks that must have ended as its trigger rule says before it starts.
   */
  public T after(String... taskIds) {
    return with(settings.after(taskIds));
  }

  /**
   * This task, with further tasks that must have ended as its trigger rule says before it starts.
   */
  public T after(Task... tasks) {
    return after(Arrays.stream(tasks).map(Task::id).toArray(String[]::new));
  }

  /**
   * How the tasks before this one must have ended. Default: {@link TriggerRule#ALL_SUCCESS}. A run
   * succeeds if its last tasks do: one that always runs and comes last hides what failed before it.
   */
  public T triggerRule(TriggerRule rule) {
    return with(settings.triggerRule(rule));
  }

  /** How often a failed try is repeated, and after which pause. */
  public T retry(RetryPolicy policy) {
    return with(settings.retry(policy));
  }

  /** How long one try may take before it is stopped and counts as failed. */
  public T timeout(Duration limit) {
    return with(settings.timeout(limit));
  }

  /**
   * The service account as which the task acts on Google Cloud, whatever its workflow and the
   * environment say. Of operators, those of Airflow's Google provider follow it.
   *
   * @param accounts the delegates, if any, then the account to act as; none at all: the task acts
   *     as the account that its pod, or else the Composer environment, has
   * @throws ConfigurationException if one is not the e-mail address of a service account
   */
  public T impersonateServiceAccount(String... accounts) {
    return with(settings.impersonated(accounts));
  }

  /**
   * The group in whose box Airflow's page draws the task. The ids of tasks stay as they are.
   *
   * @param name letters, digits, {@code _} and {@code -}, starting with a letter, at most 63
   *     characters, and not the id of a task
   */
  public T group(String name) {
    return with(settings.group(name));
  }

  /**
   * The pool of Airflow of which the task takes a slot while it runs. The pool must exist there: a
   * task of an unknown one never starts.
   */
  public T pool(String name) {
    return pool(name, 1);
  }

  /**
   * The pool of Airflow of which the task takes slots while it runs. The pool must exist there, and
   * have as many slots.
   *
   * @param slots 1 or more
   */
  public T pool(String name, int slots) {
    return with(settings.pool(name, slots));
  }

  /**
   * The weight of the task among those that wait for a place; the greatest starts first. Airflow
   * adds the weights of all tasks behind it. Default: 1.
   */
  public T priority(int weight) {
    return with(settings.priority(weight));
  }

  /** A text in Markdown that Airflow shows with the task. */
  public T documentation(String markdown) {
    return with(settings.documentation(markdown));
  }

  /** The id within the workflow. */
  public String id() {
    return id;
  }

  /** The ids of the tasks that must have ended before. */
  public List<String> upstream() {
    return settings.upstream();
  }

  /** How the tasks before this one must have ended. */
  public TriggerRule triggerRule() {
    return settings.triggerRule();
  }

  /** The retry policy, if it differs from the workflow's. */
  public Optional<RetryPolicy> retry() {
    return Optional.ofNullable(settings.retry());
  }

  /** The time limit of one try, if it differs from the workflow's. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(settings.timeout());
  }

  /** The accounts that the task itself names, the target last. */
  public Optional<List<String>> impersonatedServiceAccounts() {
    return Optional.ofNullable(settings.impersonated());
  }

  /** The group, if any. */
  public Optional<String> group() {
    return Optional.ofNullable(settings.group());
  }

  /** The pool, if it is not Airflow's default. */
  public Optional<String> pool() {
    return Optional.ofNullable(settings.pool());
  }

  /** How many slots of its pool the task takes. */
  public int poolSlots() {
    return settings.poolSlots();
  }

  /** The weight among waiting tasks, if stated. */
  public Optional<Integer> priority() {
    return Optional.ofNullable(settings.priority());
  }

  /** The task's documentation in Markdown. */
  public Optional<String> documentation() {
    return Optional.ofNullable(settings.documentation());
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + id + "]";
  }
}
