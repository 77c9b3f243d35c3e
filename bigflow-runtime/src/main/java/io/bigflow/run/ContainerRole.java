// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import io.bigflow.workflow.ConfigurationException;
import java.util.List;

/**
 * What a container of the project's image can be besides one that runs a job. The launcher finds
 * the roles with {@link java.util.ServiceLoader} and asks them when it is given no command of its
 * own.
 */
public interface ContainerRole {

  /** Whether somebody who starts a container with these arguments means this role. */
  boolean isMeantBy(List<String> arguments);

  /**
   * Plays the role until it is over.
   *
   * @throws ConfigurationException if the arguments or the image do not fit
   */
  void play(List<String> arguments) throws Exception;
}
