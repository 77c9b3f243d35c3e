// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.dag.BuiltDags;
import io.bigflow.dataflow.DataflowJob;
import io.bigflow.dataflow.DataflowPlace;
import io.bigflow.deploy.DagEntry;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the status tells of streaming jobs. */
final class StreamingJobsTest {
  private static final DataflowPlace PLACE = new DataflowPlace("my-project", "europe-west1");

  @Test
  void aJobOfTheDeployedBuild() {
    assertThat(lines(job("running", "ab".repeat(16))))
        .containsExactly(
            "streaming job speed.keep: running since 2026-01-01T00:00:00Z, of the deployed build",
            "  2026-1 https://console.cloud.google.com/dataflow/jobs/europe-west1/2026-1"
                + "?project=my-project");
  }

  @Test
  void anotherBuildIsOnlyClaimedIfItIsCertain() {
    assertThat(lines(job("draining", "cd".repeat(16))).get(0))
        .isEqualTo(
            "streaming job speed.keep: draining since 2026-01-01T00:00:00Z, of another build (1_0);"
                + " the next run of speed__dev replaces it");
    assertThat(lines(job("running", null)).get(0))
        .isEqualTo(
            "streaming job speed.keep: running since 2026-01-01T00:00:00Z, of a build that is not"
                + " known (1_0)");
  }

  @Test
  void whatDoesNotRunIsStartedByTheNextRun() {
    assertThat(lines(null))
        .containsExactly("streaming job speed.keep: none; the next run of speed__dev starts it");
    assertThat(lines(job("failed", "ab".repeat(16))).get(0))
        .isEqualTo(
            "streaming job speed.keep: failed since 2026-01-01T00:00:00Z, of the deployed build;"
                + " the next run of speed__dev starts it again");
  }

  @Test
  void aRefusalIsToldOfEachJobAndAskedForOnce() {
    List<String> asked = new ArrayList<>();
    StreamingJobs jobs =
        new StreamingJobs(
            (place, name) -> {
              asked.add(name);
              throw BigflowException.of(Problem.of("No\n entry\u001b[2J", "there", "Knock."));
            });
    assertThat(lines(jobs, entry("my-project", "keep", "count")))
        .containsExactly(
            "streaming job speed.keep: unknown, No entry. Knock.",
            "streaming job speed.count: unknown, No entry. Knock.");
    assertThat(asked).containsExactly("speed-keep-dev-01234567");
  }

  @Test
  void aPlaceThatOnlyTheContainerKnowsIsSaid() {
    for (String project : new @Nullable String[] {null, "a/b"}) {
      assertThat(
              lines(new StreamingJobs((place, name) -> Optional.empty()), entry(project, "keep")))
          .singleElement()
          .asString()
          .startsWith("streaming job speed.keep: unknown, its project and region are not known");
    }
  }

  @Test
  void theFileHasItToo() {
    StatusReport.Streaming streaming =
        new StreamingJobs((place, name) -> Optional.of(job("running", "ab".repeat(16))))
            .of(entry("my-project", "keep"))
            .get(0);
    assertThat(SpecJson.write(streaming))
        .isEqualTo(
            """
            {
              "job" : "speed.keep",
              "name" : "speed-keep-dev-01234567",
              "project" : "my-project",
              "region" : "europe-west1",
              "state" : "running",
              "ended" : false,
              "id" : "2026-1",
              "since" : "2026-01-01T00:00:00Z",
              "link" : "https://console.cloud.google.com/dataflow/jobs/europe-west1/2026-1?project=my-project",
              "deployed" : true,
              "version" : "1_0"
            }
            """);
  }

  private static List<String> lines(@Nullable DataflowJob job) {
    return lines(
        new StreamingJobs(
            (place, name) -> {
              assertThat(place).isEqualTo(PLACE);
              assertThat(name).isEqualTo("speed-keep-dev-01234567");
              return Optional.ofNullable(job);
            }),
        entry("my-project", "keep"));
  }

  private static List<String> lines(StreamingJobs jobs, DagEntry entry) {
    return jobs.of(entry).stream().flatMap(job -> job.lines(entry.dagId()).stream()).toList();
  }

  private static DataflowJob job(String state, @Nullable String image) {
    return new DataflowJob(
        PLACE, "2026-1", state, Instant.parse("2026-01-01T00:00:00.5Z"), image, "1_0");
  }

  private static DagEntry entry(@Nullable String project, String... tasks) {
    return new DagEntry(
        "dags/com.example.jobs/dev/speed.py",
        "speed__dev",
        "speed",
        "0",
        "bigflow-build:1",
        "i@sha256:" + "ab".repeat(32),
        "1.0",
        List.of(),
        List.of(tasks).stream()
            .map(
                task ->
                    new BuiltDags.Streaming(
                        task, "speed-" + task + "-dev-01234567", project, "europe-west1"))
            .toList());
  }
}
