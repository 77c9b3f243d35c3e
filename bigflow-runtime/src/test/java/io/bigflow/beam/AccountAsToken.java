// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.auth.Credentials;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.apache.beam.sdk.extensions.gcp.auth.CredentialFactory;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptions;

/** Lets a server that is asked see whom Beam was told to act as: that is the token. */
public final class AccountAsToken implements CredentialFactory {
  private final String account;

  private AccountAsToken(String account) {
    this.account = account;
  }

  /** As Beam makes one. */
  public static AccountAsToken fromOptions(PipelineOptions options) {
    return new AccountAsToken(
        String.valueOf(options.as(GcpOptions.class).getImpersonateServiceAccount()));
  }

  @Override
  public Credentials getCredential() {
    return GoogleCredentials.create(
        new AccessToken(account, Date.from(Instant.now().plus(1, ChronoUnit.HOURS))));
  }
}
