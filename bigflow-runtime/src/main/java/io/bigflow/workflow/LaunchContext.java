// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.List;

/**
 * What a pipeline is made for when Dataflow starts the project's image for a Flex template.
 *
 * @param workflow the id of the workflow
 * @param job the id of the job within it
 * @param env the environment that the workflow is declared for
 * @param version the project's version
 * @param image the project's image by its digest, {@code repository@sha256:…}
 * @param config the job configuration of that environment
 * @param options what Dataflow says of the run, {@code --name=value} each
 */
public record LaunchContext(
    String workflow,
    String job,
    String env,
    String version,
    String image,
    JobConfig config,
    List<String> options) {

  /** Copies the list. */
  public LaunchContext {
    options = List.copyOf(options);
  }
}
