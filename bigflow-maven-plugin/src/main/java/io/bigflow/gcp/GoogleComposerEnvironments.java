// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.orchestration.airflow.service.v1.Environment;
import com.google.cloud.orchestration.airflow.service.v1.EnvironmentConfig;
import com.google.cloud.orchestration.airflow.service.v1.EnvironmentsClient;
import com.google.cloud.orchestration.airflow.service.v1.EnvironmentsSettings;
import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerEnvironments;
import io.bigflow.composer.ComposerName;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.TokenFailure;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** The API of Cloud Composer, over HTTP and JSON as all other requests of this plugin. */
public final class GoogleComposerEnvironments implements ComposerEnvironments {

  private static final String SERVICE = "composer.googleapis.com";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final CredentialSource credentials;
  private final HttpTransport transport;

  /** The environments that somebody may see. */
  public GoogleComposerEnvironments(CredentialSource credentials) {
    this(credentials, new NetHttpTransport());
  }

  GoogleComposerEnvironments(CredentialSource credentials, HttpTransport transport) {
    this.credentials = credentials;
    this.transport = transport;
  }

  @Override
  public ComposerEnvironment get(ComposerName name) {
    try (EnvironmentsClient client = EnvironmentsClient.create(settings())) {
      return describe(name, client.getEnvironment(name.resource()));
    } catch (ApiException e) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof TokenFailure failure) {
          throw BigflowException.of(failure.problem());
        }
      }
      // Not as the cause: it shows the whole answer.
      throw BigflowException.of(problem(name, e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EnvironmentsSettings settings() throws IOException {
    EnvironmentsSettings.Builder settings = EnvironmentsSettings.newHttpJsonBuilder();
    settings.setTransportChannelProvider(
        EnvironmentsSettings.defaultHttpJsonTransportProviderBuilder()
            .setHttpTransport(transport)
            .build());
    settings.setCredentialsProvider(FixedCredentialsProvider.create(credentials.get()));
    settings
        .getEnvironmentSettings()
        .setRetrySettings(
            settings.getEnvironmentSettings().getRetrySettings().toBuilder()
                .setTotalTimeoutDuration(TIMEOUT)
                .build())
        .setRetryableCodes(StatusCode.Code.UNAVAILABLE, StatusCode.Code.RESOURCE_EXHAUSTED);
    return settings.build();
  }

  private static ComposerEnvironment describe(ComposerName name, Environment environment) {
    EnvironmentConfig config = environment.getConfig();
    String bucket = environment.getStorageConfig().getBucket();
    return new ComposerEnvironment(
        name,
        environment.getState().name(),
        // Old environments have it in the prefix alone: gs://BUCKET/dags
        bucket.isEmpty()
            ? config.getDagGcsPrefix().replaceFirst("^gs://", "").replaceFirst("/.*$", "")
            : bucket,
        config.getAirflowUri(),
        config.getSoftwareConfig().getImageVersion(),
        config.getNodeConfig().getServiceAccount());
  }

  private Problem problem(ComposerName name, ApiException failure) {
    String cannot = "Cannot look up the Composer environment " + name + ": ";
    String lookup = " --project=" + name.project() + " --locations=" + name.region();
    String place = "bigflow.composer.environment";
    return switch (failure.getStatusCode().getCode()) {
      case NOT_FOUND ->
          new Problem(
              cannot + "there is no such environment (404)",
              place,
              "See which there are with: gcloud composer environments list" + lookup,
              "composer-environment");
      case PERMISSION_DENIED ->
          isDisabled(failure)
              ? new Problem(
                  cannot + "the Composer API is not enabled in the project (403)",
                  place,
                  "Let an owner of the project run: gcloud services enable "
                      + SERVICE
                      + " --project="
                      + name.project(),
                  "composer-environment")
              : new Problem(
                  cannot + "access is denied for " + credentials.account() + " (403)",
                  "credentials: " + credentials.name(),
                  "Let an owner of the project run: gcloud projects add-iam-policy-binding "
                      + name.project()
                      + " --member="
                      + credentials.grantee()
                      + " --role=roles/composer.user",
                  "composer-environment");
      case UNAUTHENTICATED ->
          new Problem(
              cannot + "Composer does not accept the " + credentials.name() + " (401)",
              "credentials: " + credentials.name(),
              credentials.advice(),
              "no-credentials");
      default ->
          new Problem(
              cannot
                  + "its API cannot be reached or fails ("
                  + failure.getStatusCode().getCode()
                  + ")",
              "https://" + SERVICE,
              "Check the network and the proxy and try again, or name the bucket itself:"
                  + " bigflow.dagsBucket=gs://BUCKET",
              "composer-environment");
    };
  }

  // https://cloud.google.com/apis/design/errors#error_info. The library does not read the reason of
  // an answer in JSON, so it is looked for in the answer.
  private static boolean isDisabled(ApiException failure) {
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpResponseException answer && answer.getContent() != null) {
        return answer.getContent().contains("\"SERVICE_DISABLED\"");
      }
    }
    return false;
  }
}
