// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.ConfigurationException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.beam.fn.harness.FnHarness;
import org.apache.beam.model.fnexecution.v1.ProvisionApi;
import org.apache.beam.model.fnexecution.v1.ProvisionServiceGrpc;
import org.apache.beam.model.pipeline.v1.Endpoints.ApiServiceDescriptor;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.fn.JvmInitializers;
import org.apache.beam.sdk.fn.channel.AddHarnessIdInterceptor;
import org.apache.beam.sdk.fn.channel.ManagedChannelFactory;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.util.construction.PipelineOptionsTranslation;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker of a Beam runner in this JVM. It asks the runner for the options of the pipeline and
 * where work and log go, and works until the runner ends it. What Beam's own container downloads
 * before, the classes of the pipeline, are in the project's image, so nothing is fetched.
 */
final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final long PATIENCE_SECONDS = 120;

  private Worker() {}

  /**
   * Works.
   *
   * @param id by which the runner knows this worker
   * @param provision where the runner tells what to do: host and port
   * @param logging where the log goes, if the runner does not tell; may be empty
   * @param control where work is from, if the runner does not tell; may be empty
   */
  static void run(String id, String provision, String logging, String control) throws Exception {
    ProvisionApi.ProvisionInfo info = ask(id, provision);
    if (info.getDependenciesCount() > 0) {
      log.info(
          "{} staged files are left alone: this image has the classes of the pipeline",
          info.getDependenciesCount());
    }
    JvmInitializers.runOnStartup();
    PipelineOptions options = PipelineOptionsTranslation.fromProto(info.getPipelineOptions());
    // Of the account that starts the pipeline. Workers act as their own.
    options.as(GcpOptions.class).setImpersonateServiceAccount(null);
    Set<String> capabilities = new TreeSet<>(info.getRunnerCapabilitiesList());
    log.info("Worker {} of pipeline {} starts", id, options.getJobName());
    FnHarness.main(
        id,
        options,
        capabilities,
        endpoint("logging", info.getLoggingEndpoint(), logging),
        endpoint("control", info.getControlEndpoint(), control),
        info.hasStatusEndpoint() ? info.getStatusEndpoint() : null);
    log.info("Worker {} ends", id);
  }

  private static ProvisionApi.ProvisionInfo ask(String id, String provision) throws Exception {
    ManagedChannel channel =
        ManagedChannelFactory.createDefault()
            .withInterceptors(List.of(AddHarnessIdInterceptor.create(id)))
            .forDescriptor(ApiServiceDescriptor.newBuilder().setUrl(provision).build());
    try {
      return ProvisionServiceGrpc.newBlockingStub(channel)
          .withWaitForReady()
          .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .getProvisionInfo(ProvisionApi.GetProvisionInfoRequest.getDefaultInstance())
          .getInfo();
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private static ApiServiceDescriptor endpoint(
      String what, @Nullable ApiServiceDescriptor told, String given) {
    if (told != null && !told.getUrl().isEmpty()) {
      return told;
    }
    if (given.isEmpty()) {
      throw new ConfigurationException(
          "The runner tells this worker no "
              + what
              + " endpoint, neither by itself nor as option.");
    }
    return ApiServiceDescriptor.newBuilder().setUrl(given).build();
  }
}
