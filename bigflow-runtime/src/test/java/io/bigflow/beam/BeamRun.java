// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.run.BuildInfo;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.workflow.Impersonation;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run of the job {@code sales.count_words} in a test. */
record BeamRun(
    Map<String, String> config, String runId, @Nullable String image, Cancellation cancellation) {

  static final String IMAGE =
      "europe-west1-docker.pkg.dev/my-project/bigflow/sales@sha256:" + "ab".repeat(32);

  static BeamRun direct() {
    return new BeamRun(Map.of(), "scheduled__2026-01-01", null, new Cancellation())
        .with("beam.runner", "DirectRunner");
  }

  static BeamRun on(FakeDataflow dataflow) {
    return new BeamRun(Map.of(), "scheduled__2026-01-01", IMAGE, new Cancellation())
        .with("beam.runner", "DataflowRunner")
        .with("beam.project", "my-project")
        .with("beam.region", "europe-west1")
        .with("beam.stagingLocation", "gs://my-project-dataflow/staging")
        .with("beam.gcpTempLocation", "gs://my-project-dataflow/temp")
        .with("beam.apiRootUrl", dataflow.url())
        .with(
            "beam.credentialFactoryClass",
            "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory")
        .with(
            "beam.pathValidatorClass",
            "org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator")
        .with("beam.stagerClass", NoStaging.class.getName());
  }

  /** With Beam's own stager, which brings files to a bucket. */
  BeamRun staging(String gcs, String bucket) {
    Map<String, String> rest = new LinkedHashMap<>(config);
    rest.keySet().removeAll(Set.of("beam.stagerClass", "beam.pathValidatorClass"));
    return new BeamRun(rest, runId, image, cancellation)
        .with("beam.gcsEndpoint", gcs + "storage/v1/")
        .with("beam.stagingLocation", "gs://" + bucket + "/staging")
        .with("beam.gcpTempLocation", "gs://" + bucket + "/temp");
  }

  BeamRun with(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(config);
    all.put(key, value);
    return new BeamRun(all, runId, image, cancellation);
  }

  BeamRun run(String id) {
    return new BeamRun(config, id, image, cancellation);
  }

  BeamRun image(@Nullable String other) {
    return new BeamRun(config, runId, other, cancellation);
  }

  RunContext context() {
    EnvironmentConfig made = EnvironmentConfig.builder("dev").overrides(config).build();
    return new RunContext(
        "sales",
        "count_words",
        ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
        "dev",
        runId,
        Map.of(),
        made,
        made.find(Impersonation.KEY, Impersonation.class).orElse(null),
        new BuildInfo("1.2.3-SNAPSHOT", image),
        cancellation);
  }
}
