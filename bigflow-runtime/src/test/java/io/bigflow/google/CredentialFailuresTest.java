// SPDX-License-Identifier: Apache-2.0
package io.bigflow.google;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** One text per cause. What is about a missing grant is seen in ImpersonatedJobTest too. */
class CredentialFailuresTest {
  private static final String TARGET = "jobs@sales-dev.iam.gserviceaccount.com";
  private static final Impersonation CHAIN =
      Impersonation.parse("delegate@ops.iam.gserviceaccount.com," + TARGET);

  @Test
  void aUserIsToldToGrantItToThemselves() {
    assertThat(impersonating(403, ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot act as jobs@sales-dev.iam.gserviceaccount.com: permission"
                + " iam.serviceAccounts.getAccessToken is denied, or the account does not exist."
                + " Grant it, wait a minute or two, and run the job again:\n"
                + "  gcloud iam service-accounts add-iam-policy-binding"
                + " delegate@ops.iam.gserviceaccount.com --member=user:YOUR_ADDRESS"
                + " --role=roles/iam.serviceAccountTokenCreator\n"
                + "  gcloud iam service-accounts add-iam-policy-binding"
                + " jobs@sales-dev.iam.gserviceaccount.com"
                + " --member=serviceAccount:delegate@ops.iam.gserviceaccount.com"
                + " --role=roles/iam.serviceAccountTokenCreator");
  }

  @Test
  void aDisabledApiIsToBeEnabledWhereItIsAskedFrom() {
    assertThat(
            impersonating(
                403,
                """
                {"error": {"code": 403, "details": [{"reason": "SERVICE_DISABLED",
                  "metadata": {"consumer": "projects/1234567890",
                    "service": "iamcredentials.googleapis.com"}}]}}
                """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot act as jobs@sales-dev.iam.gserviceaccount.com: the API"
                + " iamcredentials.googleapis.com is disabled in the project of the account that"
                + " asks. Run: gcloud services enable iamcredentials.googleapis.com"
                + " --project=1234567890");
  }

  @Test
  void anAccountThatDoesNotExistIsNamed() {
    assertThat(impersonating(404, "{}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot act as jobs@sales-dev.iam.gserviceaccount.com: an account of the chain "
                + CHAIN
                + " does not exist. Look it up: gcloud iam service-accounts describe "
                + TARGET);
  }

  @Test
  void aRefusedChainIsShown() {
    assertThat(impersonating(400, "{}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Cannot act as jobs@sales-dev.iam.gserviceaccount.com: Google refused the chain "
                + CHAIN
                + " (400). Look for a typing error in bigflow.impersonateServiceAccount or in"
                + " impersonateServiceAccount(…).");
  }

  @Test
  void whatMayPassIsNoMatterOfConfiguration() {
    assertThat(impersonating(429, ""))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "Cannot act as jobs@sales-dev.iam.gserviceaccount.com: Google answered 429. The next"
                + " try may succeed; if none does, check the network.");
    assertThat(CredentialFailures.of(new IOException("connect timed out"), credentials(), CHAIN))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(": connect timed out. The next try may succeed");
    assertThat(CredentialFailures.ofSource(answer(500, "")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(
            "Cannot get a token for the job's own account: Google answered 500");
  }

  @Test
  void credentialsThatAreNotAcceptedAreToBeRenewed() {
    assertThat(CredentialFailures.ofSource(answer(400, "{\"error\": \"invalid_grant\"}")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "The Google credentials of this job are not accepted (400). On your machine run:"
                + " gcloud auth application-default login. In Composer the pod acts as the"
                + " environment's service account, without any setting.");
  }

  private static RuntimeException impersonating(int status, String body) {
    return CredentialFailures.of(answer(status, body), credentials(), CHAIN);
  }

  private static GoogleCredentials credentials() {
    return GoogleCredentials.create(null);
  }

  /** As Google's library throws it. */
  private static IOException answer(int status, String body) {
    return new IOException(
        "Error requesting access token",
        new HttpResponseException.Builder(status, "status", new HttpHeaders())
            .setContent(body)
            .build());
  }
}
