// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import java.util.Optional;

/**
 * Where a bucket belongs that is missing.
 *
 * @param project the project in which the jobs work
 * @param region the region of the Composer environment
 */
public record NewBuckets(Optional<String> project, Optional<String> region) {

  /**
   * The command that makes a bucket.
   *
   * @param location where the jobs run that use it, if they say so
   */
  String create(String name, Optional<String> location) {
    return "gcloud storage buckets create gs://"
        + name
        + " --location="
        + location.or(this::region).map(Shell::word).orElse("REGION")
        + project.map(id -> " --project=" + Shell.word(id)).orElse("")
        + " --uniform-bucket-level-access";
  }
}
