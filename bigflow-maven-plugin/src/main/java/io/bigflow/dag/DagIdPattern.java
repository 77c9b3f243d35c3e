// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the DAG id follows from workflow and environment: text with {@code {workflow}} and, unless
 * every environment has an Airflow of its own, {@code {env}}. A version or a date has no place in
 * it: Airflow would see a new DAG after each build.
 *
 * @param pattern for example {@code {workflow}__{env}}
 */
public record DagIdPattern(String pattern) {

  // Before the first pattern, which is checked against it.
  private static final Pattern PART =
      Pattern.compile("\\{(workflow|env)}|[A-Za-z0-9_.-]+|(?<other>.)", Pattern.DOTALL);

  /** How it is done unless the user says otherwise. */
  public static final DagIdPattern DEFAULT = new DagIdPattern("{workflow}__{env}");

  /** Airflow's limit for the length of an id. */
  public static final int MAX_LENGTH = 250;

  /**
   * Checks the pattern.
   *
   * @throws BigflowException if a DAG id could be illegal, or the same for two workflows
   */
  public DagIdPattern {
    Matcher part = PART.matcher(pattern);
    boolean perWorkflow = false;
    while (part.find()) {
      perWorkflow |= "workflow".equals(part.group(1));
      if (part.group("other") != null) {
        throw invalid(
            "The DAG id pattern '"
                + pattern
                + "' has an illegal part at '"
                + pattern.substring(part.start())
                + "'");
      }
    }
    if (!perWorkflow) {
      throw invalid(
          "The DAG id pattern '" + pattern + "' lacks {workflow}: all workflows would get one id");
    }
  }

  private static BigflowException invalid(String what) {
    return BigflowException.of(
        Problem.of(
            what,
            "bigflow.dagIdPattern",
            "Write {workflow}, {env}, ASCII letters, digits, '_', '-' and '.', for example"
                + " {workflow}__{env}"));
  }

  /** Whether two environments of a project can live in one Airflow. */
  public boolean isPerEnvironment() {
    return pattern.contains("{env}");
  }

  /** The DAG id of a workflow in an environment. */
  public String dagId(String workflow, String env) {
    return pattern.replace("{workflow}", workflow).replace("{env}", env);
  }

  @Override
  public String toString() {
    return pattern;
  }
}
