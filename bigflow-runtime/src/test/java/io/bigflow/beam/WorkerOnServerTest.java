// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.beam.model.jobmanagement.v1.JobApi;
import org.apache.beam.model.jobmanagement.v1.JobServiceGrpc;
import org.apache.beam.model.pipeline.v1.Endpoints.ApiServiceDescriptor;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.fn.channel.ManagedChannelFactory;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PortablePipelineOptions;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.ToString;
import org.apache.beam.sdk.util.construction.PipelineOptionsTranslation;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.apache.beam.sdk.util.construction.SdkComponents;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * A pipeline of Beam's portable runner, Prism, whose worker is the image of a project: Prism starts
 * the given command with the options of the container contract, and the command starts the image.
 * The pipeline consists of Beam's own transforms, for the image has no classes of tests.
 *
 * <p>{@code BIGFLOW_TEST_PRISM} is the address of Prism's jobs, {@code BIGFLOW_TEST_WORKER} the
 * command, {@code BIGFLOW_TEST_WORKER_FOLDER} a folder that the image can write.
 */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_PRISM", matches = ".+")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WorkerOnServerTest {

  @Test
  void aPipelineRunsOnWorkersOfAProjectsImage() throws Exception {
    Path counts = Path.of(variable("BIGFLOW_TEST_WORKER_FOLDER"), "counts.txt");
    PortablePipelineOptions options =
        PipelineOptionsFactory.create().as(PortablePipelineOptions.class);
    options.setJobName("count-words-on-prism");
    options.setDefaultEnvironmentType("PROCESS");
    options.setDefaultEnvironmentConfig(
        "{\"command\": \"" + variable("BIGFLOW_TEST_WORKER") + "\"}");
    options.setFilesToStage(List.of());
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(Create.of("ship", "harbour", "ship"))
        .apply(Count.perElement())
        .apply(ToString.kvs(": "))
        .apply(TextIO.write().to(counts.toString()).withoutSharding());

    assertThat(states(pipeline, options)).endsWith(JobApi.JobState.Enum.DONE);
    assertThat(Files.readAllLines(counts)).containsExactlyInAnyOrder("ship: 2", "harbour: 1");
  }

  private static List<JobApi.JobState.Enum> states(
      Pipeline pipeline, PortablePipelineOptions options) throws Exception {
    ManagedChannel channel =
        ManagedChannelFactory.createDefault()
            .forDescriptor(
                ApiServiceDescriptor.newBuilder().setUrl(variable("BIGFLOW_TEST_PRISM")).build());
    try {
      JobServiceGrpc.JobServiceBlockingStub jobs = JobServiceGrpc.newBlockingStub(channel);
      JobApi.PrepareJobResponse prepared =
          jobs.prepare(
              JobApi.PrepareJobRequest.newBuilder()
                  .setJobName(options.getJobName())
                  .setPipeline(PipelineTranslation.toProto(pipeline, SdkComponents.create(options)))
                  .setPipelineOptions(PipelineOptionsTranslation.toProto(options))
                  .build());
      JobApi.RunJobResponse running =
          jobs.run(
              JobApi.RunJobRequest.newBuilder()
                  .setPreparationId(prepared.getPreparationId())
                  .setRetrievalToken(prepared.getStagingSessionToken())
                  .build());
      List<JobApi.JobState.Enum> states = new ArrayList<>();
      Iterator<JobApi.JobStateEvent> events =
          jobs.getStateStream(
              JobApi.GetJobStateRequest.newBuilder().setJobId(running.getJobId()).build());
      events.forEachRemaining(event -> states.add(event.getState()));
      return states;
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }
}
