// SPDX-License-Identifier: Apache-2.0
package io.bigflow.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The build cannot go on, and the user can repair the cause. Carries every problem found. */
public class BigflowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** For kinds of problems that a caller tells apart. */
  protected BigflowException(String message, List<Problem> problems, @Nullable Throwable cause) {
    super(message, cause);
    this.problems = problems;
  }

  /** One problem. */
  public static BigflowException of(Problem problem) {
    return new BigflowException(problem.text(), List.of(problem), null);
  }

  /** One problem, found by a library. */
  public static BigflowException of(Problem problem, Throwable cause) {
    return new BigflowException(problem.text(), List.of(problem), cause);
  }

  /**
   * Several problems, numbered.
   *
   * @param headline what could not be done because of them
   */
  public static BigflowException of(String headline, List<Problem> problems) {
    StringBuilder text = new StringBuilder(headline);
    for (int i = 0; i < problems.size(); i++) {
      text.append("\n\n").append(i + 1).append(". ");
      text.append(problems.get(i).text().replace("\n", "\n   "));
    }
    return new BigflowException(text.toString(), List.copyOf(problems), null);
  }

  /** What is wrong. */
  public List<Problem> problems() {
    return problems;
  }
}
