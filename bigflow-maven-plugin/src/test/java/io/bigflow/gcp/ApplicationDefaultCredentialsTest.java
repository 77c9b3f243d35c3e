// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationDefaultCredentialsTest {

  @TempDir Path home;

  @Test
  void saysWhereItLookedWhenThereAreNone() {
    assertThatThrownBy(() -> failing(Map.of()).get())
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            No Google credentials were found.
              where: GOOGLE_APPLICATION_CREDENTIALS is not set, \
            '%s/.config/gcloud/application_default_credentials.json' does not exist, no metadata \
            server answers
              fix:   Log in with: gcloud auth application-default login.
              more:  docs/troubleshooting.md#no-credentials"""
                .formatted(home));
  }

  @Test
  void saysThatTheNamedFileIsMissing() {
    assertThatThrownBy(
            () -> failing(Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/key.json")).get())
        .hasMessage(
            """
            Cannot use the Google credentials in '/no/such/key.json': there is no such file.
              where: environment variable GOOGLE_APPLICATION_CREDENTIALS
              fix:   Set GOOGLE_APPLICATION_CREDENTIALS to a credential file, or unset it and run: \
            gcloud auth application-default login.
              more:  docs/troubleshooting.md#no-credentials""");
  }

  @Test
  void neverQuotesACredentialFile() throws IOException {
    Path key = Files.writeString(home.resolve("key.json"), "PRIVATE-KEY");

    assertThatThrownBy(
            () -> failing(Map.of("GOOGLE_APPLICATION_CREDENTIALS", key.toString())).get())
        .hasMessageContaining("the file holds no credentials that Google's library understands")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("PRIVATE-KEY"))
        .hasNoCause();
  }

  @Test
  void saysThatTheFileOfGcloudIsDamaged() throws IOException {
    Path folder = Files.createDirectories(home.resolve("gcloud"));
    Path file = Files.writeString(folder.resolve("application_default_credentials.json"), "{");

    assertThatThrownBy(() -> failing(Map.of("CLOUDSDK_CONFIG", folder.toString())).get())
        .hasMessageStartingWith("Cannot use the Google credentials in '" + file + "'")
        .hasMessageContaining("Write it again with: gcloud auth application-default login.");
  }

  @Test
  void looksOnce() {
    AtomicInteger lookups = new AtomicInteger();
    ApplicationDefaultCredentials credentials =
        new ApplicationDefaultCredentials(
            name -> null,
            home,
            () -> {
              lookups.incrementAndGet();
              return GoogleCredentials.create(new AccessToken("t", Date.from(Instant.EPOCH)));
            });

    assertThat(credentials.member()).isEmpty();
    assertThat(credentials.get()).isSameAs(credentials.get());
    assertThat(lookups).hasValue(1);
  }

  private ApplicationDefaultCredentials failing(Map<String, String> environment) {
    return new ApplicationDefaultCredentials(
        environment::get,
        home,
        () -> {
          throw new IOException("Your default credentials were not found: PRIVATE-KEY");
        });
  }
}
