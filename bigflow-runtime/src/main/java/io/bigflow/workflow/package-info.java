// SPDX-License-Identifier: Apache-2.0
/** What a project writes: workflows, their tasks and jobs. Refers to nothing else of BigFlow. */
@NullMarked
package io.bigflow.workflow;

import org.jspecify.annotations.NullMarked;
