// SPDX-License-Identifier: Apache-2.0
package io.bigflow.google;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * The credentials of a job: those of the service account that {@link JobContext#impersonation()}
 * names, else the Application Default Credentials (in Composer the account of the pod, on your own
 * machine what {@code gcloud auth application-default login} left). There is no key file.
 *
 * <p>BigFlow's own helpers use them. For the client of another Google service:
 *
 * <pre>{@code
 * Storage storage =
 *     StorageOptions.newBuilder()
 *         .setCredentials(JobCredentials.of(context))
 *         .build()
 *         .getService();
 * }</pre>
 *
 * <p>Needs {@code com.google.auth:google-auth-library-oauth2-http} on the class path, which every
 * Google client brings.
 */
public final class JobCredentials {

  /** What the credentials are good for; IAM decides what the account may do with it. */
  public static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  /** Google's default and, without a policy of the organization, its limit. Renewed in time. */
  static final int LIFETIME_SECONDS = 3600;

  private JobCredentials() {}

  /**
   * The credentials of the job.
   *
   * <p>If it impersonates an account, a first token is asked for here, so that a missing grant is
   * not hidden in the failure of a client.
   *
   * @throws ConfigurationException if there are no credentials, or they may not be used to act as
   *     the account; the message has the command that mends it
   * @throws UncheckedIOException if Google cannot be asked
   */
  public static GoogleCredentials of(JobContext context) {
    return of(context.impersonation());
  }

  /**
   * The credentials of an account that is not the one of the job.
   *
   * @param impersonation the account to act as; empty for the Application Default Credentials
   * @throws ConfigurationException as {@link #of(JobContext)} does
   */
  public static GoogleCredentials of(Optional<Impersonation> impersonation) {
    GoogleCredentials source = applicationDefault();
    return impersonation.isPresent() ? impersonated(source, impersonation.get()) : source;
  }

  private static GoogleCredentials applicationDefault() {
    try {
      GoogleCredentials credentials = GoogleCredentials.getApplicationDefault();
      return credentials.createScopedRequired() ? credentials.createScoped(SCOPE) : credentials;
    } catch (IOException e) {
      throw CredentialFailures.missing(e);
    }
  }

  private static GoogleCredentials impersonated(
      GoogleCredentials source, Impersonation impersonation) {
    try {
      source.refreshIfExpired();
    } catch (IOException e) {
      throw CredentialFailures.ofSource(e);
    }
    ImpersonatedCredentials credentials =
        ImpersonatedCredentials.create(
            source,
            impersonation.target(),
            impersonation.delegates().stream().map(JobCredentials::resource).toList(),
            List.of(SCOPE),
            LIFETIME_SECONDS);
    try {
      credentials.refreshIfExpired();
      return credentials;
    } catch (IOException e) {
      throw CredentialFailures.of(e, source, impersonation);
    }
  }

  // The API wants delegates by this name, and the library sends them as it gets them.
  // https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
  private static String resource(String account) {
    return "projects/-/serviceAccounts/" + account;
  }
}
