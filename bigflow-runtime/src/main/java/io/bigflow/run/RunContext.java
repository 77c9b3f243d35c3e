// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a job is told.
 *
 * @param workflow the id of the workflow
 * @param job the id of the job within it
 * @param runtime the start of the data interval; becomes UTC
 * @param env the environment
 * @param runId identifies the run
 * @param conf what was given at the trigger; copied with all maps and lists in it
 * @param config the environment's configuration
 * @param actingAs the account to act as, if not as the one that is there
 * @param build what the job is part of
 * @param cancellation takes what the job registers
 */
public record RunContext(
    String workflow,
    String job,
    ZonedDateTime runtime,
    String env,
    String runId,
    Map<String, Object> conf,
    JobConfig config,
    @Nullable Impersonation actingAs,
    BuildInfo build,
    Cancellation cancellation)
    implements JobContext {

  /** Copies what could change. */
  public RunContext {
    runtime = runtime.withZoneSameInstant(ZoneOffset.UTC);
    conf = copy(conf);
  }

  /** A run outside an image, of a project whose version is not known. */
  public RunContext(
      String workflow,
      String job,
      ZonedDateTime runtime,
      String env,
      String runId,
      Map<String, Object> conf,
      JobConfig config,
      @Nullable Impersonation actingAs,
      Cancellation cancellation) {
    this(
        workflow,
        job,
        runtime,
        env,
        runId,
        conf,
        config,
        actingAs,
        BuildInfo.UNKNOWN,
        cancellation);
  }

  @Override
  public String version() {
    return build.version();
  }

  @Override
  public Optional<String> image() {
    return Optional.ofNullable(build.image());
  }

  @Override
  public Optional<Impersonation> impersonation() {
    return Optional.ofNullable(actingAs);
  }

  @Override
  public void onCancel(Runnable action) {
    cancellation.onCancel(action);
  }

  /** Does not show {@code conf} and {@code config}: they may hold secrets. */
  @Override
  public String toString() {
    return workflow
        + "."
        + job
        + " runtime="
        + runtime
        + " env="
        + env
        + " run="
        + runId
        + (actingAs == null ? "" : " as=" + actingAs);
  }

  private static <V extends @Nullable Object> Map<String, V> copy(Map<String, V> map) {
    Map<String, V> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(key, copy(value)));
    return Collections.unmodifiableMap(copy);
  }

  /** JSON may hold null, which {@code Map.copyOf} refuses. */
  @SuppressWarnings("unchecked")
  private static <V extends @Nullable Object> V copy(V value) {
    if (value instanceof Map<?, ?> map) {
      return (V) copy((Map<String, @Nullable Object>) map);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      for (Object element : list) {
        copy.add(copy(element));
      }
      return (V) Collections.unmodifiableList(copy);
    }
    return value;
  }
}
