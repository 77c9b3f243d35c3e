// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that get a new token from somewhere when the last one is about to expire or was
 * refused, and tell a failure in our own words. Google's clients ask them before each request.
 */
// The library wants its credentials to be serializable, but nobody serializes a build.
@SuppressWarnings("serial")
final class RenewedCredentials extends GoogleCredentials {
  private static final long serialVersionUID = 1L;

  private final transient TokenSource source;
  private final transient Function<Throwable, TokenFailure> explanation;

  /** Gets a new token. */
  interface TokenSource {
    AccessToken next() throws IOException;
  }

  /**
   * Credentials without a token; the first request gets one.
   *
   * @param quotaProject the project that requests are counted for; null = that of the account
   * @param explanation the words for what a source throws
   */
  RenewedCredentials(
      TokenSource source,
      @Nullable String quotaProject,
      Function<Throwable, TokenFailure> explanation) {
    super(builder(quotaProject));
    this.source = source;
    this.explanation = explanation;
  }

  private static Builder builder(@Nullable String quotaProject) {
    Builder builder = newBuilder();
    return quotaProject == null ? builder : builder.setQuotaProjectId(quotaProject);
  }

  @Override
  public AccessToken refreshAccessToken() throws IOException {
    try {
      return source.next();
    } catch (TokenFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library throws several of the latter for answers that it does not expect.
      throw explanation.apply(e);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "RenewedCredentials";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
