// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.nio.file.Path;

/**
 * What a template is made for.
 *
 * @param workflow the id of the workflow
 * @param job the id of the job within it
 * @param env the environment that the workflow is declared for
 * @param version the project's version
 * @param image the project's image by its digest, {@code repository@sha256:…}
 * @param config the job configuration of that environment, without the variables of a container
 * @param address the {@code gs://} folder that the files are deployed to, without a slash at the
 *     end
 * @param directory where the files are written; the template itself is called {@link #TEMPLATE}
 */
public record TemplateContext(
    String workflow,
    String job,
    String env,
    String version,
    String image,
    JobConfig config,
    String address,
    Path directory) {

  /** The name of the file that starts a pipeline. */
  public static final String TEMPLATE = "template";
}
