// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Optional;

/**
 * Where the pipeline of a streaming job is found on Dataflow.
 *
 * @param name the name of the Dataflow job, the same in all runs
 * @param project the project; empty if it is not known before a run
 * @param region the region; empty if it is not known before a run
 */
public record StreamingService(String name, Optional<String> project, Optional<String> region) {}
