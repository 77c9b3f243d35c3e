// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.regex.Pattern;

/**
 * Which names an environment can have: the one rule for the build, the deployment and the jobs. The
 * name is a part of file names, DAG ids, object names and tags, and the value of a Kubernetes
 * label, which has at most 63 characters.
 */
public final class EnvironmentName {

  /** The rule for a user's eyes, to follow {@code Use}. */
  public static final String RULE =
      "lower-case letters, digits, '_' and '-', starting with a letter or digit, at most 63"
          + " characters";

  // Lower case, because some file systems do not tell it from upper case.
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  private EnvironmentName() {}

  /** Whether an environment can have the name. */
  public static boolean isLegal(String name) {
    return NAME.matcher(name).matches();
  }
}
