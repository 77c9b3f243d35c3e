// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.EnvironmentName;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names that Airflow and Kubernetes accept. */
public final class AirflowNames {

  /** How long the name of a task's pool may be: what Airflow 2.11 lets pass. */
  public static final int MAX_POOL_LENGTH = 250;

  /** What all versions of Airflow accept as the pool of a task; 2.11 checks it as it does keys. */
  public static boolean isPool(String name) {
    return name.matches("[A-Za-z0-9_.-]{1," + MAX_POOL_LENGTH + "}");
  }

  /** What Airflow allows for the length of a tag. */
  public static final int MAX_TAG_LENGTH = 100;

  // Stricter than Airflow: a dot separates workflow and job on the launcher's command line, and 63
  // is what a Kubernetes label holds.
  private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,62}");

  // In a template, var.value["get"] and var.value["var"] are not variables but parts of Airflow,
  // and
  // so is some of what starts with an underscore.
  private static final Pattern VARIABLE =
      Pattern.compile("(?!(get|var)$)[A-Za-z0-9][A-Za-z0-9_.-]{0,249}");

  private static final int POD_NAME_LENGTH = 54;
  private static final int LABEL_LENGTH = 63;

  private AirflowNames() {}

  /**
   * Whether this can be the id of a workflow or a task: ASCII letters, digits, {@code _} and {@code
   * -}, starting with a letter, at most 63 characters.
   */
  public static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /**
   * The given name, if an environment can have it by {@link EnvironmentName}.
   *
   * @throws BigflowException if not
   */
  public static String requireEnvironment(String env) {
    if (!EnvironmentName.isLegal(env)) {
      throw BigflowException.of(
          Problem.of(
              "'" + env + "' cannot be the name of an environment",
              "bigflow.env",
              "Use " + EnvironmentName.RULE + ", for example -Dbigflow.env=dev"));
    }
    return env;
  }

  /**
   * The given name, if an Airflow variable that DAG files read can have it.
   *
   * @throws BigflowException if not
   */
  public static String requireVariable(String name) {
    if (!VARIABLE.matcher(name).matches()) {
      throw BigflowException.of(
          Problem.of(
              "'" + name + "' cannot be the name of the Airflow variable with the environment",
              "bigflow.envVariable",
              "Use letters, digits, '_', '.' and '-', starting with a letter or digit, at most 250"
                  + " characters, and neither 'get' nor 'var'; for example"
                  + " -Dbigflow.envVariable=bigflow_env"));
    }
    return name;
  }

  /**
   * What stays of an id where Kubernetes or a file system does not tell upper case from lower case
   * or {@code _} from {@code -}. Two ids with the same folded form are one too many.
   */
  public static String fold(String id) {
    return id.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The name of a job's pod before Airflow adds its random suffix: a label of RFC 1123, short
   * enough that nothing is cut off from the 63 characters of the whole name.
   */
  static String podName(String workflow, String job) {
    String both = dnsLabel(workflow + "-" + job);
    // The pod's labels name the DAG anyway.
    return both.length() <= POD_NAME_LENGTH ? both : cut(dnsLabel(job), POD_NAME_LENGTH);
  }

  private static String dnsLabel(String id) {
    return cut(fold(id).replaceAll("[^a-z0-9]+", "-"), Integer.MAX_VALUE);
  }

  /** The value of a Kubernetes label that comes closest to a text. */
  static String labelValue(String text) {
    return cut(text.replaceAll("[^A-Za-z0-9._-]", "-"), LABEL_LENGTH);
  }

  /** Shortens a name, and lets it start and end with a letter or digit as Kubernetes wants it. */
  private static String cut(String name, int length) {
    String start = name.replaceFirst("^[._-]+", "");
    return start.substring(0, Math.min(length, start.length())).replaceFirst("[._-]+$", "");
  }
}
