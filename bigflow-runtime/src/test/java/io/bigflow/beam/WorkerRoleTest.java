// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bigflow.workflow.ConfigurationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.model.fnexecution.v1.BeamFnApi;
import org.apache.beam.model.fnexecution.v1.BeamFnControlGrpc;
import org.apache.beam.model.fnexecution.v1.BeamFnLoggingGrpc;
import org.apache.beam.model.fnexecution.v1.ProvisionApi;
import org.apache.beam.model.fnexecution.v1.ProvisionServiceGrpc;
import org.apache.beam.model.pipeline.v1.Endpoints.ApiServiceDescriptor;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.construction.PipelineOptionsTranslation;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.Metadata;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.Server;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ServerCall;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ServerCallHandler;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ServerInterceptor;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.netty.NettyServerBuilder;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker and the services of a runner that has no work. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WorkerRoleTest {
  private static final Metadata.Key<String> WORKER =
      Metadata.Key.of("worker_id", Metadata.ASCII_STRING_MARSHALLER);

  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  private final WorkerRole role = new WorkerRole();
  private Server runner;
  private boolean tellsEndpoints = true;

  @BeforeEach
  void start() throws Exception {
    runner =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Provision())
            .addService(new Control())
            .addService(new Log())
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, R> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                    calls.add(
                        call.getMethodDescriptor().getBareMethodName() + " " + headers.get(WORKER));
                    return next.startCall(call, headers);
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    runner.shutdownNow();
  }

  @Test
  void asksWhatToDoAndWorksUntilTheRunnerEndsIt() throws Exception {
    role.play(List.of("--id=sdk-0-1", "--provision_endpoint=" + address(), "--unknown=1"));
    assertThat(calls).contains("GetProvisionInfo sdk-0-1", "Control sdk-0-1", "Logging sdk-0-1");
  }

  @Test
  void takesEndpointsFromItsOptionsIfTheRunnerDoesNotTellThem() throws Exception {
    tellsEndpoints = false;
    role.play(
        List.of(
            "-id",
            "sdk-0-2",
            "-provision_endpoint",
            address(),
            "--control_endpoint=" + address(),
            "--logging_endpoint=" + address()));
    assertThat(calls).contains("Control sdk-0-2");
  }

  @Test
  void saysWhatIsMissing() {
    tellsEndpoints = false;
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> role.play(List.of("--id=a", "--provision_endpoint=" + address())))
        .withMessageContaining("logging endpoint");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> role.play(List.of("--provision_endpoint=" + address())))
        .withMessageContaining("--id");
  }

  @Test
  void isMeantByTheOptionsOfARunnerOnly() {
    assertThat(role.isMeantBy(List.of("--id=a", "--provision_endpoint=b:1"))).isTrue();
    assertThat(role.isMeantBy(List.of("--help"))).isFalse();
    assertThat(role.isMeantBy(List.of("--version"))).isFalse();
  }

  private String address() {
    return "127.0.0.1:" + runner.getPort();
  }

  private final class Provision extends ProvisionServiceGrpc.ProvisionServiceImplBase {
    @Override
    public void getProvisionInfo(
        ProvisionApi.GetProvisionInfoRequest request,
        StreamObserver<ProvisionApi.GetProvisionInfoResponse> answers) {
      PipelineOptions options = PipelineOptionsFactory.create();
      options.setJobName("sales-count-words");
      // A worker may not ask for tokens of the account that has started the pipeline.
      options
          .as(GcpOptions.class)
          .setImpersonateServiceAccount("jobs@my-project.iam.gserviceaccount.com");
      ProvisionApi.ProvisionInfo.Builder info =
          ProvisionApi.ProvisionInfo.newBuilder()
              .setPipelineOptions(PipelineOptionsTranslation.toProto(options));
      if (tellsEndpoints) {
        ApiServiceDescriptor here = ApiServiceDescriptor.newBuilder().setUrl(address()).build();
        info.setLoggingEndpoint(here).setControlEndpoint(here);
      }
      answers.onNext(
          ProvisionApi.GetProvisionInfoResponse.newBuilder().setInfo(info.build()).build());
      answers.onCompleted();
    }
  }

  /** Ends its worker as soon as that asks for work. */
  private static final class Control extends BeamFnControlGrpc.BeamFnControlImplBase {
    @Override
    public StreamObserver<BeamFnApi.InstructionResponse> control(
        StreamObserver<BeamFnApi.InstructionRequest> requests) {
      requests.onCompleted();
      return new Ignoring<>();
    }
  }

  private static final class Log extends BeamFnLoggingGrpc.BeamFnLoggingImplBase {
    @Override
    public StreamObserver<BeamFnApi.LogEntry.List> logging(
        StreamObserver<BeamFnApi.LogControl> controls) {
      return new Ignoring<>() {
        @Override
        public void onCompleted() {
          controls.onCompleted();
        }
      };
    }
  }

  private static class Ignoring<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
