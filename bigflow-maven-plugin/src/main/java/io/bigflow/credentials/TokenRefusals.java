// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.credentials.Answers.OAuthError;
import java.nio.file.Path;

/** Why Google gave no token to an identity, and what to do. */
final class TokenRefusals {

  private TokenRefusals() {}

  /** The login of a person. */
  static Refusal user(Answers answers, String host, String advice) {
    OAuthError error = answers.oauthError();
    if (error.mentions("invalid_rapt", "reauth")) {
      return new Refusal(
          "your organisation wants you to log in again" + error.shown(), advice, "login-expired");
    }
    return switch (error.code()) {
      case "invalid_grant" ->
          new Refusal(
              "the login has expired or was revoked" + error.shown(), advice, "login-expired");
      case "invalid_client", "deleted_client", "unauthorized_client" ->
          new Refusal(
              "the program that logged in is not known to Google any more" + error.shown(),
              advice,
              "login-expired");
      default -> answers.network(host).orElseGet(() -> answers.unexpected(host));
    };
  }

  /** The key of a service account. */
  static Refusal key(Answers answers, String host, String email, Path file) {
    OAuthError error = answers.oauthError();
    if (error.code().isEmpty()) {
      return answers.network(host).orElseGet(() -> answers.unexpected(host));
    }
    if (error.mentions("short-lived", "iat and exp", "reasonable timeframe")) {
      return new Refusal(
          "the clock of this machine is wrong" + error.shown(),
          "Set the clock, for example with: sudo timedatectl set-ntp true",
          "key-refused");
    }
    if (error.mentions("account not found", "account has been deleted", "disabled")) {
      return new Refusal(
          "the service account '" + email + "' does not exist or is disabled" + error.shown(),
          "Check it with: gcloud iam service-accounts describe " + email,
          "key-refused");
    }
    if (error.code().equals("invalid_grant")) {
      return new Refusal(
          "the key was deleted, disabled or has expired" + error.shown(),
          "Compare '"
              + file
              + "' with: gcloud iam service-accounts keys list --iam-account="
              + email,
          "key-refused");
    }
    return answers.unexpected(host);
  }

  /** A token of another system. */
  static Refusal federation(Answers answers, String host, FederatedIdentity identity) {
    if (answers.programError().isPresent()) {
      return program(answers.programError().get(), identity);
    }
    if (answers.says("Error getting subject token from metadata server")) {
      int status = answers.status();
      return new Refusal(
          "no identity token comes from "
              + identity.origin()
              + (status > 0 ? " (it answers " + status + ")" : ""),
          "Check that the job may get one; on GitHub it needs: permissions: id-token: write",
          "federation-refused");
    }
    if (answers.says("Invalid credential location")
        || answers.says("Error when attempting to read the subject token")
        || answers.says("Invalid subject token field name")) {
      return new Refusal(
          "no identity token can be read from " + identity.origin(),
          "Let the job write its identity token there first",
          "federation-refused");
    }
    if (!answers.hasOAuthError()) {
      return answers.network(host).orElseGet(() -> answers.unexpected(host));
    }
    return sts(answers.oauthError(), identity);
  }

  private static Refusal sts(OAuthError error, FederatedIdentity identity) {
    String describe =
        "gcloud iam workload-identity-pools providers describe "
            + (identity.provider().isEmpty() ? "PROVIDER" : identity.provider())
            + pool(identity);
    if (error.code().equals("invalid_target")) {
      return new Refusal(
          "the identity pool or its provider does not exist or is disabled" + error.shown(),
          "Check it with: " + describe,
          "federation-refused");
    }
    if (error.mentions("attribute condition")) {
      return new Refusal(
          "the attribute condition of the identity pool does not let this job in" + error.shown(),
          "Compare the job's claims with the attributeCondition that this prints: " + describe,
          "federation-refused");
    }
    if (error.mentions("audience")) {
      return new Refusal(
          "the identity token is meant for another audience" + error.shown(),
          "Ask for it with an audience that this prints under oidc.allowedAudiences: " + describe,
          "federation-refused");
    }
    if (error.mentions("issuer")) {
      return new Refusal(
          "the identity token comes from another issuer than the pool trusts" + error.shown(),
          "Compare it with oidc.issuerUri that this prints: " + describe,
          "federation-refused");
    }
    if (error.mentions("expired", "stale")) {
      return new Refusal(
          "the identity token from " + identity.origin() + " has expired" + error.shown(),
          "Let the job renew it, or run the deployment soon after the job began",
          "federation-refused");
    }
    return new Refusal(
        "the identity token from " + identity.origin() + " is not accepted" + error.shown(),
        "Check the provider of the identity pool with: " + describe,
        "federation-refused");
  }

  private static String pool(FederatedIdentity identity) {
    if (identity.pool().isEmpty()) {
      return " --workload-identity-pool=POOL --location=global";
    }
    String[] parts = identity.pool().split("/", -1);
    return " --workload-identity-pool="
        + parts[5]
        + " --location="
        + parts[3]
        + " --project="
        + parts[1];
  }

  // The codes of the library itself; a program's own code or message might be anything.
  private static Refusal program(String code, FederatedIdentity identity) {
    String program = identity.origin();
    return switch (code) {
      case "PLUGGABLE_AUTH_DISABLED" ->
          new Refusal(
              program + " is not allowed to run",
              "Allow it with the variable GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 if you trust"
                  + " whoever can write the credential file",
              "federation-refused");
      case "TIMEOUT_EXCEEDED" ->
          new Refusal(
              program + " did not end in time",
              "Run it by hand, or raise timeout_millis in the credential file",
              "federation-refused");
      case "EXIT_CODE" ->
          new Refusal(program + " failed", "Run it by hand to see why", "federation-refused");
      default ->
          new Refusal(
              program + " gave no valid identity token",
              "Run it by hand and compare its output with"
                  + " https://google.aip.dev/auth/4117#determining-the-subject-token-in-executable-sourced-credentials",
              "federation-refused");
    };
  }

  /** The account of the machine. */
  static Refusal metadata(Answers answers) {
    if (answers.says("Error code 404")) {
      return new Refusal(
          "the machine has no service account",
          "Attach one to it, or name a key file: -Dbigflow.keyFile=FILE",
          "no-credentials");
    }
    if (answers.says("Unexpected Error code") || answers.status() > 0) {
      return new Refusal(
          "the metadata server refuses",
          "Run the same command again in some minutes; if it stays so, look at the machine's"
              + " service account",
          "no-credentials");
    }
    return new Refusal(
        "no metadata server answers",
        "Name a key file or a file of workload identity federation with bigflow.keyFile or"
            + " GOOGLE_APPLICATION_CREDENTIALS, or run on Google Cloud",
        "no-credentials");
  }
}
