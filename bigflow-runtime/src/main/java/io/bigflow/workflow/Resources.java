// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Objects;

/**
 * What the pod of a job gets, as request and as limit, in Kubernetes' notation. Composer 3 maps
 * both to a machine of 0.25, 0.5, 1, 2, 4 … 32 processors with 2 GB to 8 GB for each; other values
 * are rounded there, so the build warns about them.
 *
 * @param cpu processors, for example {@code "1"} or {@code "500m"}
 * @param memory bytes with a unit, for example {@code "4Gi"}
 */
public record Resources(String cpu, String memory) {

  /** Refuses null. */
  public Resources {
    Objects.requireNonNull(cpu, "The cpu of resources is null");
    Objects.requireNonNull(memory, "The memory of resources is null");
  }

  /** Processors and memory. */
  public static Resources of(String cpu, String memory) {
    return new Resources(cpu, memory);
  }
}
