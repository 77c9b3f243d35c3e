// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.IdTokenCredentials;
import com.google.auth.oauth2.IdTokenProvider;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An identity that was found, whatever the way. */
final class GoogleAccount implements CredentialSource {

  private final String name;
  private final String advice;
  private final Supplier<Optional<String>> member;
  private final RenewedCredentials credentials;
  private final Function<Throwable, Refusal> refusals;
  private final Map<String, IdTokenCredentials> byAudience = new HashMap<>();
  private @Nullable IdTokenProvider idTokens;

  /**
   * An account.
   *
   * @param quotaProject the project that requests are counted for; null = that of the account
   * @param refusals the words for what the source of tokens throws
   */
  GoogleAccount(
      String name,
      String advice,
      Supplier<Optional<String>> member,
      RenewedCredentials.TokenSource tokens,
      @Nullable String quotaProject,
      Function<Throwable, Refusal> refusals) {
    this.name = name;
    this.advice = advice;
    this.member = member;
    this.refusals = refusals;
    this.credentials =
        new RenewedCredentials(
            tokens, quotaProject, failure -> TokenFailure.of(name, refusals.apply(failure)));
  }

  /** The same account, which can make ID tokens for any audience. */
  GoogleAccount withIdTokens(IdTokenProvider provider) {
    this.idTokens = provider;
    return this;
  }

  @Override
  public synchronized String idToken(String audience) {
    IdTokenProvider provider = idTokens;
    if (provider == null) {
      return CredentialSource.super.idToken(audience);
    }
    try {
      IdTokenCredentials forAudience =
          byAudience.computeIfAbsent(
              audience,
              wanted ->
                  IdTokenCredentials.newBuilder()
                      .setIdTokenProvider(provider)
                      .setTargetAudience(wanted)
                      // The proxy lets in by e-mail; the metadata server tells it in full tokens.
                      .setOptions(
                          List.of(
                              IdTokenProvider.Option.FORMAT_FULL,
                              IdTokenProvider.Option.INCLUDE_EMAIL))
                      .build());
      forAudience.refreshIfExpired();
      return forAudience.getIdToken().getTokenValue();
    } catch (IOException | RuntimeException e) {
      // No cause: what the library throws may quote what a server sent.
      Problem problem = TokenFailure.of(name, refusals.apply(e)).problem();
      throw BigflowException.of(
          new Problem(
              problem.what().replace("an access token", "an ID token"),
              problem.where(),
              problem.fix(),
              problem.anchor()));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public GoogleCredentials get() {
    return credentials;
  }

  @Override
  public Optional<String> member() {
    return member.get();
  }

  @Override
  public String advice() {
    return advice;
  }
}
