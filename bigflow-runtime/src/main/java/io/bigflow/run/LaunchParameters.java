// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

/**
 * What a task tells the project's image when Dataflow starts it for a Flex template: parameters of
 * the template, which Google's launcher passes on as {@code --name=value}.
 */
public final class LaunchParameters {

  /** How the names of all of them begin; no option of Beam begins so. */
  public static final String PREFIX = "bigflow";

  /** The task that the pipeline is of, {@code workflow.task}. */
  public static final String TASK = "bigflowTask";

  /** The environment of the task. */
  public static final String ENV = "bigflowEnv";

  /** The project's image by its digest. */
  public static final String IMAGE = "bigflowImage";

  /** The option of Beam with the file that the pipeline is written to, instead of started. */
  public static final String TEMPLATE_LOCATION = "templateLocation";

  private LaunchParameters() {}
}
