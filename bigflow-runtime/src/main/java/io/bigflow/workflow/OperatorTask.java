// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task that is one of Airflow's own operators or sensors, without a pod and without Java code. It
 * runs in Airflow only: {@code mvn bigflow:run} and tests pass it over. Immutable: every method
 * returns a changed copy. What is not set here is taken from the workflow.
 */
public final class OperatorTask implements Task {
  private final String id;
  private final Operator operator;
  private final List<String> upstream;
  private final @Nullable RetryPolicy retry;
  private final @Nullable Duration timeout;
  private final @Nullable List<String> impersonated;
  private final @Nullable String documentation;

  private OperatorTask(
      String id,
      Operator operator,
      List<String> upstream,
      @Nullable RetryPolicy retry,
      @Nullable Duration timeout,
      @Nullable List<String> impersonated,
      @Nullable String documentation) {
    this.id = id;
    this.operator = operator;
    this.upstream = List.copyOf(upstream);
    this.retry = retry;
    this.timeout = timeout;
    this.impersonated = impersonated;
    this.documentation = documentation;
  }

  static OperatorTask of(String id, Operator operator) {
    Objects.requireNonNull(id, "The id of a task is null");
    Objects.requireNonNull(operator, "The operator of a task is null");
    return new OperatorTask(id, operator, List.of(), null, null, null, null);
  }

  @Override
  public OperatorTask after(String... taskIds) {
    LinkedHashSet<String> all = new LinkedHashSet<>(upstream);
    for (String taskId : taskIds) {
      all.add(Objects.requireNonNull(taskId, "The id of an upstream task is null"));
    }
    return new OperatorTask(
        id, operator, List.copyOf(all), retry, timeout, impersonated, documentation);
  }

  /** This task, to start only after the given tasks have succeeded. */
  public OperatorTask after(Task... tasks) {
    return after(Arrays.stream(tasks).map(Task::id).toArray(String[]::new));
  }

  /** How often a failed try is repeated, and after which pause. */
  public OperatorTask retry(RetryPolicy policy) {
    Objects.requireNonNull(policy, "The retry policy of a task is null");
    return new OperatorTask(id, operator, upstream, policy, timeout, impersonated, documentation);
  }

  /** How long one try may take before it is stopped and counts as failed. */
  public OperatorTask timeout(Duration limit) {
    Objects.requireNonNull(limit, "The timeout of a task is null");
    return new OperatorTask(id, operator, upstream, retry, limit, impersonated, documentation);
  }

  /**
   * The service account as which an operator of Airflow's Google provider acts, whatever its
   * workflow and the environment say.
   *
   * @param accounts the delegates, if any, then the account to act as; none at all: the operator
   *     acts as the account of the Composer environment
   * @throws ConfigurationException if one is not the e-mail address of a service account
   */
  public OperatorTask impersonateServiceAccount(String... accounts) {
    for (String account : accounts) {
      Objects.requireNonNull(account, "A service account of a task is null");
    }
    List<String> stated = Impersonation.stated(accounts);
    return new OperatorTask(id, operator, upstream, retry, timeout, stated, documentation);
  }

  /** A text in Markdown that Airflow shows with the task. */
  public OperatorTask documentation(String markdown) {
    Objects.requireNonNull(markdown, "The documentation of a task is null");
    return new OperatorTask(id, operator, upstream, retry, timeout, impersonated, markdown);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<String> upstream() {
    return upstream;
  }

  /** The operator and its arguments. */
  public Operator operator() {
    return operator;
  }

  @Override
  public Optional<RetryPolicy> retry() {
    return Optional.ofNullable(retry);
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  @Override
  public Optional<List<String>> impersonatedServiceAccounts() {
    return Optional.ofNullable(impersonated);
  }

  @Override
  public Optional<String> documentation() {
    return Optional.ofNullable(documentation);
  }

  @Override
  public String toString() {
    return "OperatorTask[" + id + "]";
  }
}
