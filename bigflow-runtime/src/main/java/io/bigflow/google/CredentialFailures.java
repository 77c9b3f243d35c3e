// SPDX-License-Identifier: Apache-2.0
package io.bigflow.google;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says why Google gave no token, and how to mend it. A {@link ConfigurationException} means that
 * trying again cannot help.
 */
final class CredentialFailures {
  private static final String LOGIN =
      "On your machine run: gcloud auth application-default login. In Composer the pod acts as the"
          + " environment's service account, without any setting.";
  private static final String API = "iamcredentials.googleapis.com";
  // An API is disabled in the project whose account asks; the answer tells its number.
  private static final Pattern CONSUMER =
      Pattern.compile("\"consumer\":\\s*\"projects/([^\"/]+)\"");

  private CredentialFailures() {}

  /** There is nothing to ask with. */
  static RuntimeException missing(IOException failure) {
    return new ConfigurationException(
        "There are no Google credentials for this job. " + LOGIN, failure);
  }

  /** The credentials that are there give no token. */
  static RuntimeException ofSource(IOException failure) {
    @Nullable HttpResponseException answer = answer(failure);
    if (answer == null || mayPass(answer.getStatusCode())) {
      return passing("Cannot get a token for the job's own account", failure, answer);
    }
    return new ConfigurationException(
        "The Google credentials of this job are not accepted ("
            + answer.getStatusCode()
            + "). "
            + LOGIN,
        failure);
  }

  /** They may not be used to act as an account. */
  static RuntimeException of(
      IOException failure, GoogleCredentials source, Impersonation impersonation) {
    @Nullable HttpResponseException answer = answer(failure);
    String what = "Cannot act as " + impersonation.target();
    if (answer == null || mayPass(answer.getStatusCode())) {
      return passing(what, failure, answer);
    }
    String content = answer.getContent() == null ? "" : answer.getContent();
    return new ConfigurationException(
        what
            + ": "
            + switch (answer.getStatusCode()) {
              case HttpURLConnection.HTTP_FORBIDDEN ->
                  content.contains("SERVICE_DISABLED")
                      ? enabling(content)
                      : granting(source, impersonation);
              case HttpURLConnection.HTTP_NOT_FOUND ->
                  "an account of the chain "
                      + impersonation
                      + " does not exist. Look it up: gcloud iam service-accounts describe "
                      + impersonation.target();
              default ->
                  "Google refused the chain "
                      + impersonation
                      + " ("
                      + answer.getStatusCode()
                      + "). Look for a typing error in "
                      + Impersonation.KEY
                      + " or in impersonateServiceAccount(…).";
            },
        failure);
  }

  private static boolean mayPass(int status) {
    return status >= HttpURLConnection.HTTP_INTERNAL_ERROR || status == 429;
  }

  private static RuntimeException passing(
      String what, IOException failure, @Nullable HttpResponseException answer) {
    String why =
        answer == null ? failure.getMessage() : "Google answered " + answer.getStatusCode();
    return new UncheckedIOException(
        what + ": " + why + ". The next try may succeed; if none does, check the network.",
        failure);
  }

  private static String enabling(String content) {
    Matcher consumer = CONSUMER.matcher(content);
    return "the API "
        + API
        + " is disabled in the project of the account that asks. Run: gcloud services enable "
        + API
        + " --project="
        + (consumer.find() ? consumer.group(1) : "PROJECT");
  }

  /** Google does not say which link of the chain is missing, so all are listed. */
  private static String granting(GoogleCredentials source, Impersonation impersonation) {
    List<String> commands = new ArrayList<>();
    String caller = member(source);
    for (String account : impersonation.accounts()) {
      commands.add(
          "gcloud iam service-accounts add-iam-policy-binding "
              + account
              + " --member="
              + caller
              + " --role=roles/iam.serviceAccountTokenCreator");
      caller = "serviceAccount:" + account;
    }
    return "permission iam.serviceAccounts.getAccessToken is denied, or the account does not exist."
        + " Grant it, wait a minute or two, and run the job again:\n  "
        + String.join("\n  ", commands);
  }

  private static String member(GoogleCredentials source) {
    @Nullable String account = null;
    if (source instanceof ServiceAccountCredentials key) {
      account = key.getClientEmail();
    } else if (source instanceof ImpersonatedCredentials impersonated) {
      account = impersonated.getAccount();
    } else if (source instanceof ComputeEngineCredentials machine) {
      account = account(machine);
    }
    return account == null ? "user:YOUR_ADDRESS" : "serviceAccount:" + account;
  }

  private static String account(ComputeEngineCredentials machine) {
    try {
      return machine.getAccount();
    } catch (RuntimeException e) {
      // The metadata server does not tell; a placeholder is better than another failure.
      return "ACCOUNT_OF_THE_COMPOSER_ENVIRONMENT";
    }
  }

  private static @Nullable HttpResponseException answer(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpResponseException answer) {
        return answer;
      }
    }
    return null;
  }
}
