// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;

/** The project's own image as that of Dataflow's workers. */
final class WorkerImage {

  /**
   * The label with the start of the image's digest: whoever knows which image is deployed can tell
   * whether the job is of it, without knowing the options.
   */
  static final String LABEL = "bigflow-image";

  private static final Pattern DIGEST = Pattern.compile("@sha256:([0-9a-f]{32})[0-9a-f]{32}$");
  private static final String PORTABLE = "use_runner_v2";

  private WorkerImage() {}

  /**
   * The project's image has all classes of the pipeline, so workers need nothing else, and nothing
   * is uploaded before they start. An image that the user has named stays.
   */
  static void use(String image, DataflowPipelineOptions options) {
    if (options.getSdkContainerImage() != null) {
      return;
    }
    options.setSdkContainerImage(image);
    if (options.getFilesToStage() == null) {
      options.setFilesToStage(List.of());
    }
    List<String> experiments =
        new ArrayList<>(options.getExperiments() == null ? List.of() : options.getExperiments());
    if (!experiments.contains(PORTABLE)) {
      // Only Dataflow's Runner v2 starts workers from images that are not Google's.
      experiments.add(PORTABLE);
    }
    options.setExperiments(experiments);
  }

  /** The labels that tell which image a Dataflow job is of. */
  static Map<String, String> labels(String image) {
    Matcher digest = DIGEST.matcher(image);
    return digest.find() ? Map.of(LABEL, digest.group(1)) : Map.of();
  }
}
