// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.util.List;

/**
 * The templates that a build wants of the project's pipelines.
 *
 * @param env the environment
 * @param version the project's version
 * @param image the project's image by its digest
 * @param templates one for each task that is started from a template
 */
public record TemplateRequest(String env, String version, String image, List<Wanted> templates) {

  /** Copies the list. */
  public TemplateRequest {
    templates = List.copyOf(templates);
  }

  /**
   * One template.
   *
   * @param definition the binary name of the class that declares the workflow
   * @param workflow the id of the workflow
   * @param task the id of the task
   * @param address the {@code gs://} folder that its files are deployed to
   * @param directory the folder that its files are written to, which must exist
   */
  public record Wanted(
      String definition, String workflow, String task, String address, String directory) {}
}
