// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.GoogleCredentials;
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
    this.credentials =
        new RenewedCredentials(
            tokens, quotaProject, failure -> TokenFailure.of(name, refusals.apply(failure)));
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
