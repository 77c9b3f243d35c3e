// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an operation is told that belongs to no workflow. */
final class AdHocContext {

  /** Its environment. */
  static final String ENV = "local";

  private AdHocContext() {}

  static JobContext now() {
    return at(ZonedDateTime.now(ZoneOffset.UTC));
  }

  static JobContext at(ZonedDateTime runtime) {
    // The project's files, as a shell that runs the project's code shows them.
    @Nullable ClassLoader project = Thread.currentThread().getContextClassLoader();
    EnvironmentConfig.Builder files = EnvironmentConfig.builder(ENV);
    JobConfig config = (project == null ? files : files.classLoader(project)).build();
    return new RunContext(
        "adhoc",
        "bigquery",
        runtime,
        ENV,
        // No other run may take its queries for its own.
        "adhoc__" + UUID.randomUUID(),
        Map.of(),
        config,
        config.find(Impersonation.KEY, Impersonation.class).orElse(null),
        new Cancellation());
  }
}
