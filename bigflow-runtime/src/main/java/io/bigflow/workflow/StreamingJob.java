// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Optional;

/**
 * A job that keeps a pipeline without an end in a service outside of Airflow. The pipeline goes on
 * there after the job has ended, and all runs of the job find it by its name.
 */
public interface StreamingJob extends Job {

  /**
   * Where the pipeline is found, as far as this is known before any run; empty if the job does not
   * leave one behind, for example because it lasts as long as its pipeline. Missing configuration
   * is no failure here: what is not known is left out.
   */
  Optional<StreamingService> service(StreamingContext context);
}
