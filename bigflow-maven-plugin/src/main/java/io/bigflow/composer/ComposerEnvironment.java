// SPDX-License-Identifier: Apache-2.0
package io.bigflow.composer;

import java.util.Optional;

/**
 * What an environment tells of itself.
 *
 * @param name its name
 * @param state for example {@code RUNNING}
 * @param bucket the name of its bucket, without {@code gs://}
 * @param airflowUri the address of its web interface; empty if it has none yet
 * @param imageVersion for example {@code composer-3-airflow-3.3.1-build.2}
 * @param serviceAccount the account that its pods act as; empty if the answer has none
 */
public record ComposerEnvironment(
    ComposerName name,
    String state,
    String bucket,
    String airflowUri,
    String imageVersion,
    String serviceAccount) {

  /** 1, 2 or 3; empty if the image's version has an unknown form. */
  public Optional<Integer> generation() {
    return ComposerImage.parse(imageVersion).map(ComposerImage::generation);
  }

  /** For example {@code 3.3.1}; empty if the image's version has an unknown form. */
  public Optional<String> airflowVersion() {
    return ComposerImage.parse(imageVersion).map(ComposerImage::airflow);
  }
}
