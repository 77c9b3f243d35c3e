// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of a service account, had with the credentials of somebody who may act as it.
 *
 * @see <a href="https://cloud.google.com/iam/docs/create-short-lived-credentials-delegated">with
 *     delegates</a>
 */
final class Impersonation implements CredentialSource {

  /** What an identity needs on a service account to act as it. */
  enum Grant {
    /** For accounts of Google. */
    TOKEN_CREATOR("roles/iam.serviceAccountTokenCreator"),
    /** For identities of a workload identity pool. */
    WORKLOAD_IDENTITY("roles/iam.workloadIdentityUser");

    private final String role;

    Grant(String role) {
      this.role = role;
    }
  }

  private static final String HOST = "iamcredentials.googleapis.com";
  // The longest that needs no exception in the organisation's policy.
  private static final int LIFETIME_SECONDS = 3600;
  // Tokens that are asked for only to see who is refused.
  private static final int PROBE_SECONDS = 300;

  // The form that the API wants for delegates, which the library does not add.
  // https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
  private static final String RESOURCE = "projects/-/serviceAccounts/";

  private static final Pattern PROJECT = Pattern.compile("projects/([a-z0-9:.-]{1,64})");

  private final CredentialSource base;
  private final ImpersonationChain chain;
  private final Grant grant;
  private final HttpTransportFactory transports;
  private @Nullable GoogleAccount account;

  Impersonation(
      CredentialSource base,
      ImpersonationChain chain,
      Grant grant,
      HttpTransportFactory transports) {
    this.base = base;
    this.chain = chain;
    this.grant = grant;
    this.transports = transports;
  }

  @Override
  public String name() {
    return base.name() + " as '" + chain.target() + "'";
  }

  @Override
  public GoogleCredentials get() {
    return identity().get();
  }

  @Override
  public String idToken(String audience) {
    return identity().idToken(audience);
  }

  private synchronized GoogleAccount identity() {
    if (account == null) {
      GoogleCredentials caller = base.get();
      ImpersonatedCredentials impersonated = credentials(caller, chain, LIFETIME_SECONDS);
      account =
          new GoogleAccount(
                  name(),
                  advice(),
                  this::member,
                  impersonated::refreshAccessToken,
                  caller.getQuotaProjectId(),
                  failure -> refusal(caller, failure))
              .withIdTokens(impersonated);
    }
    return account;
  }

  private ImpersonatedCredentials credentials(
      GoogleCredentials caller, ImpersonationChain to, int seconds) {
    return ImpersonatedCredentials.newBuilder()
        .setSourceCredentials(caller)
        .setTargetPrincipal(to.target())
        .setDelegates(to.delegates().stream().map(RESOURCE::concat).toList())
        .setScopes(List.of(SCOPE))
        .setLifetime(seconds)
        .setHttpTransportFactory(transports)
        .build();
  }

  @Override
  public Optional<String> member() {
    return Optional.of("serviceAccount:" + chain.target());
  }

  @Override
  public String advice() {
    return base.advice();
  }

  private Refusal refusal(GoogleCredentials caller, Throwable failure) {
    Answers answers = new Answers(failure);
    Optional<TokenFailure> callers = answers.cause(TokenFailure.class);
    if (callers.isPresent()) {
      // Not even those who are to act as the account get a token.
      return new Refusal(
          callers.get().reason(), callers.get().problem().fix(), callers.get().problem().anchor());
    }
    Answers.ApiError error = answers.apiError();
    return switch (error.status()) {
      case 400 ->
          new Refusal(
              "Google does not know what '" + chain + "' means (400)",
              "Write the email addresses of service accounts into " + ImpersonationChain.PARAMETER,
              "impersonation-denied");
      case 401 ->
          new Refusal(
              "the token of the " + base.name() + " is not accepted (401)",
              base.advice(),
              "login-expired");
      case 403 -> error.reason().equals("SERVICE_DISABLED") ? apiDisabled(error) : denied(caller);
      case 404 ->
          new Refusal(
              "there is no service account '" + chain.target() + "' (404)",
              "Compare " + ImpersonationChain.PARAMETER + " with: gcloud iam service-accounts list",
              "impersonation-denied");
      default -> answers.network(HOST).orElseGet(() -> answers.unexpected(HOST));
    };
  }

  private static Refusal apiDisabled(Answers.ApiError error) {
    var project = PROJECT.matcher(error.consumer());
    boolean known = project.matches();
    return new Refusal(
        "the IAM Service Account Credentials API is not enabled"
            + (known ? " in project '" + project.group(1) + "'" : "")
            + " (403)",
        "Let an owner of the project run: gcloud services enable "
            + HOST
            + " --project="
            + (known ? project.group(1) : "PROJECT"),
        "api-disabled");
  }

  /** The first link of the chain that does not hold, and the command that mends it. */
  private Refusal denied(GoogleCredentials caller) {
    List<String> accounts = chain.accounts();
    int broken = firstBroken(caller);
    String of = accounts.get(broken);
    String by = broken == 0 ? base.grantee() : "serviceAccount:" + accounts.get(broken - 1);
    Grant missing = broken == 0 ? grant : Grant.TOKEN_CREATOR;
    String who =
        by.matches("(user|serviceAccount):.*") && (broken > 0 || base.member().isPresent())
            ? "'" + by.substring(by.indexOf(':') + 1) + "'"
            : "the account of the " + base.name();
    return new Refusal(
        who + " may not act as '" + of + "' (403)",
        "Let an owner of that account run: gcloud iam service-accounts add-iam-policy-binding "
            + of
            + " --member="
            + by
            + " --role="
            + missing.role,
        "impersonation-denied");
  }

  // Google does not say which link it was, so each shorter chain is tried.
  private int firstBroken(GoogleCredentials caller) {
    int last = chain.delegates().size();
    for (int i = 0; i < last; i++) {
      try {
        credentials(caller, chain.first(i + 1), PROBE_SECONDS).refreshAccessToken();
      } catch (IOException | RuntimeException e) {
        return i;
      }
    }
    return last;
  }
}
