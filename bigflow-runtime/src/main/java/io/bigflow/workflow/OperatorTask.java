// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Objects;

/**
 * A task that is an operator or sensor of Airflow, so without a pod and without Java code. It runs
 * in Airflow only: {@code mvn bigflow:run} and tests pass it over. Immutable: every method returns
 * a changed copy. What is not set here is taken from the workflow.
 */
public final class OperatorTask extends SettableTask<OperatorTask> implements Task {
  private final Operator operator;

  private OperatorTask(String id, Operator operator, TaskSettings settings) {
    super(id, settings);
    this.operator = Objects.requireNonNull(operator, "The operator of a task is null");
  }

  static OperatorTask of(String id, Operator operator) {
    return new OperatorTask(id, operator, TaskSettings.NONE);
  }

  @Override
  OperatorTask with(TaskSettings changed) {
    return new OperatorTask(id(), operator, changed);
  }

  /** The operator and its arguments. */
  public Operator operator() {
    return operator;
  }
}
