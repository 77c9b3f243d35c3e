// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/** A function of Python's own, as the argument of an {@link Operator}. */
public enum PythonFunction {
  /** The words of a text: none if it is empty. */
  SPLIT("str.split");

  private final String python;

  PythonFunction(String python) {
    this.python = python;
  }

  /** The name in Python. */
  public String python() {
    return python;
  }
}
