// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.List;
import java.util.Optional;

/**
 * What {@code stage-templates} left behind: {@code target/bigflow/templates.json} beside the files.
 *
 * @param formatVersion the format of the file
 * @param env the environment that the templates are made for
 * @param image the pinned image of their workers, {@code repository@sha256:…}
 * @param templates ordered by workflow and task
 */
public record PipelineTemplates(int formatVersion, String env, String image, List<Made> templates) {

  /** The present format. */
  public static final int FORMAT_VERSION = 1;

  /** None at all. */
  public static final PipelineTemplates NONE =
      new PipelineTemplates(FORMAT_VERSION, "", "", List.of());

  /** Copies the list. */
  public PipelineTemplates {
    templates = List.copyOf(templates);
  }

  /**
   * The template of one task.
   *
   * @param workflow the id of the workflow
   * @param task the id of the task
   * @param address the {@code gs://} folder that its files are deployed to
   * @param files ordered by path
   */
  public record Made(String workflow, String task, String address, List<BuiltDags.Upload> files) {

    /** Copies the list. */
    public Made {
      files = List.copyOf(files);
    }
  }

  /** The template of a task, if there is one. */
  public Optional<Made> of(String workflow, String task) {
    return templates.stream()
        .filter(made -> made.workflow().equals(workflow) && made.task().equals(task))
        .findFirst();
  }
}
