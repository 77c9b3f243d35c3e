// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.auth.Retryable;
import com.google.cloud.storage.StorageException;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.TokenFailure;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a user is told when Cloud Storage, or the way to it, fails. */
final class StorageProblems {

  // What servers quote back: tokens, and the ids of uploads, which are as good as a token.
  private static final Pattern SECRET =
      Pattern.compile(
          "ya29\\.[\\w.-]+|(?i:bearer)\\s+[\\w.~+/=-]+"
              + "|(?i:upload_id|access_token|token|key|signature|assertion)=[^&\\s]+");
  private static final int LONGEST_QUOTE = 300;
  private static final String DAGS_BUCKET = "bigflow.dagsBucket";

  private final String bucket;
  private final StorageEndpoint endpoint;
  private final @Nullable CredentialSource credentials;
  private final String setting;

  /**
   * For the bucket of Composer.
   *
   * @param bucket its name without {@code gs://}
   * @param credentials null if none are sent
   */
  StorageProblems(String bucket, StorageEndpoint endpoint, @Nullable CredentialSource credentials) {
    this(bucket, endpoint, credentials, DAGS_BUCKET);
  }

  /**
   * For one bucket.
   *
   * @param bucket its name without {@code gs://}
   * @param credentials null if none are sent
   * @param setting what names the bucket
   */
  StorageProblems(
      String bucket,
      StorageEndpoint endpoint,
      @Nullable CredentialSource credentials,
      String setting) {
    this.bucket = bucket;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.setting = setting;
  }

  /**
   * The problem behind a failed request.
   *
   * @param action what was tried, for example {@code write}
   * @param object what it was tried on, as {@code gs://bucket/path}
   */
  BigflowException of(String action, String object, StorageException failure) {
    String cannot = "Cannot " + action + " '" + object + "': ";
    return BigflowException.of(problem(cannot, failure), failure);
  }

  private Problem problem(String cannot, StorageException failure) {
    @Nullable TokenFailure noToken = cause(failure, TokenFailure.class, e -> true);
    if (noToken != null) {
      Problem problem = noToken.problem();
      return new Problem(
          cannot + "no access token could be had: " + noToken.reason(),
          problem.where(),
          problem.fix(),
          problem.anchor());
    }
    if (cause(failure, IOException.class, e -> e instanceof Retryable) != null) {
      return new Problem(
          cannot + "no access token could be had from the " + source(),
          "credentials: " + source(),
          advice(),
          "no-credentials");
    }
    int status = failure.getCode();
    String said = said(failure);
    if (credentials == null && (status == 401 || status == 403)) {
      return new Problem(
          cannot + "access is denied without credentials (" + status + ")" + said,
          endpoint.toString(),
          "Use an address of Google that begins with https, or a server that needs no credentials:"
              + " a token is sent to Google alone, and never over plain http",
          "bucket-denied");
    }
    if (status == 403 && reason(failure).equals("retentionPolicyNotMet")) {
      return new Problem(
          cannot
              + "the bucket's retention policy forbids to replace or remove objects (403)"
              + said,
          "gs://" + bucket,
          "Let an owner of the bucket remove the policy, which a Composer bucket cannot work with:"
              + " gcloud storage buckets update gs://"
              + bucket
              + " --clear-retention-period",
          "bucket-denied");
    }
    return switch (status) {
      case 401 ->
          new Problem(
              cannot + "Cloud Storage does not accept the " + source() + " (401)" + said,
              "credentials: " + source(),
              advice(),
              "no-credentials");
      case 403 ->
          new Problem(
              cannot + "access is denied for " + account() + " (403)" + said,
              "credentials: " + source(),
              "Let an owner of the bucket run: gcloud storage buckets add-iam-policy-binding gs://"
                  + bucket
                  + " --member="
                  + member()
                  + " --role=roles/storage.objectAdmin",
              "bucket-denied");
      case 404 ->
          new Problem(
              cannot + "there is no bucket '" + bucket + "' (404)" + said,
              setting,
              setting.equals(DAGS_BUCKET)
                  ? "Set it to what this prints: gcloud composer environments describe ENVIRONMENT"
                      + " --location=REGION --format='value(storageConfig.bucket)'"
                  : "Correct it, or make the bucket: gcloud storage buckets create gs://" + bucket,
              "bucket-missing");
      case 409 ->
          new Problem(
              cannot + "another change of the bucket is under way (409)" + said,
              "gs://" + bucket,
              "Run the same command again when it is over",
              "deploy-conflict");
      case 429 ->
          new Problem(
              cannot + "Cloud Storage still asks to slow down after all retries (429)" + said,
              endpoint.toString(),
              "Run the same command again in some minutes: what is done stays",
              "bucket-unreachable");
      case 0 ->
          new Problem(
              cannot + "Cloud Storage cannot be reached (" + network(failure) + ")",
              endpoint.toString(),
              "Check the network and the proxy, then run the same command again: what is done"
                  + " stays",
              "bucket-unreachable");
      default ->
          status >= 500
              ? new Problem(
                  cannot + "Cloud Storage still fails after all retries (" + status + ")" + said,
                  endpoint.toString(),
                  "Run the same command again in some minutes: what is done stays",
                  "bucket-unreachable")
              : new Problem(
                  cannot + "Cloud Storage refuses the request (" + status + ")" + said,
                  "gs://" + bucket,
                  "Check " + setting + " and bigflow.storage.endpoint",
                  "bucket-unreachable");
    };
  }

  private String source() {
    return credentials == null ? "request" : credentials.name();
  }

  private String advice() {
    return credentials == null ? "" : credentials.advice();
  }

  // Without credentials the request names nobody.
  private String account() {
    return credentials == null ? "the account of the " + source() : credentials.account();
  }

  private String member() {
    return credentials == null ? "user:NAME@EXAMPLE.COM" : credentials.grantee();
  }

  /** The service's own words, which often name the missing permission. */
  private static String said(StorageException failure) {
    @Nullable GoogleJsonResponseException answer =
        cause(failure, GoogleJsonResponseException.class, e -> true);
    if (answer == null || answer.getDetails() == null) {
      return "";
    }
    @Nullable String message = answer.getDetails().getMessage();
    if (message == null || message.isBlank()) {
      return "";
    }
    String line = SECRET.matcher(message.replaceAll("\\s+", " ").strip()).replaceAll("***");
    return ". It says: "
        + (line.length() > LONGEST_QUOTE ? line.substring(0, LONGEST_QUOTE) + "…" : line);
  }

  // https://cloud.google.com/storage/docs/json_api/v1/status-codes
  private static String reason(StorageException failure) {
    @Nullable GoogleJsonResponseException answer =
        cause(failure, GoogleJsonResponseException.class, e -> true);
    if (answer == null
        || answer.getDetails() == null
        || answer.getDetails().getErrors() == null
        || answer.getDetails().getErrors().isEmpty()) {
      return "";
    }
    @Nullable String reason = answer.getDetails().getErrors().get(0).getReason();
    return reason == null ? "" : reason;
  }

  private static String network(StorageException failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String text = root.getMessage() == null ? "" : ": " + root.getMessage();
    return SECRET.matcher(root.getClass().getSimpleName() + text).replaceAll("***");
  }

  private interface Test<T> {
    boolean holds(T throwable);
  }

  private static <T extends Throwable> @Nullable T cause(
      Throwable failure, Class<T> type, Test<? super T> test) {
    Throwable cause = failure;
    // Chains of causes are short; a bound is simpler than looking for a loop.
    for (int i = 0; i < 20 && cause != null; i++) {
      if (type.isInstance(cause) && test.holds(type.cast(cause))) {
        return type.cast(cause);
      }
      cause = cause.getCause();
    }
    return null;
  }
}
