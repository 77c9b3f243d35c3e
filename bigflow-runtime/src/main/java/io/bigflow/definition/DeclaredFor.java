// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobConfig;

/**
 * What a definition is told.
 *
 * @param env the environment
 * @param config its job configuration
 */
public record DeclaredFor(String env, JobConfig config) implements DefinitionContext {}
